"""Bridges between the door and an implementation, loaded by name, imported by nobody."""

from __future__ import annotations

"""Decide, touch nothing: the model of a factory, and what to draw from it."""

from __future__ import annotations

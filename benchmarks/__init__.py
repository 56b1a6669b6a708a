"""What the suite costs, each time against the same work without it."""

from __future__ import annotations

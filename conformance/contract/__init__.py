"""What must be: clauses, profiles, lifecycles and wire forms, as data."""

from __future__ import annotations

"""Do what was decided, judge nothing: start processes, perform operations, wait."""

from __future__ import annotations

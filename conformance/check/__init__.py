"""Judge: pure functions from what was seen to findings, and from findings to verdicts."""

from __future__ import annotations

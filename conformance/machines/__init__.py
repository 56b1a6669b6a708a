"""Play scenarios that were drawn, judge each step, shrink what fails."""

from __future__ import annotations

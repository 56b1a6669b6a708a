"""Where a scenario is played: door, fakes, side channel and judge brought together."""

from __future__ import annotations

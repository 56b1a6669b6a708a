"""The timeline of a scenario: who did what to whom, in the order in which it was seen."""

from __future__ import annotations

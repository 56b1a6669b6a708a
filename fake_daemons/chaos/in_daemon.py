"""Faults of a daemon that is told to do something: it lets that pass.

The functions are called in place of what the daemon's code would do; that they do nothing is
the fault. Who ignores one way to be ended heeds the other.
"""

from __future__ import annotations

from fake_daemons.chaos.ending import end_without_parent
from fake_daemons.chaos.misdeed import offer


@offer("kill_request")
def ignores_kill(_argument: str) -> None:
    """The daemon reads a kill request and does nothing about it."""


@offer("hang_up")
def ignores_hang_up(_argument: str) -> None:
    """The daemon ignores the end of its stdin; SIGTERM ends it, and Spark's death."""
    end_without_parent()


@offer("sigterm")
def ignores_sigterm(_argument: str) -> None:
    """The daemon ignores SIGTERM; hang-up ends it."""

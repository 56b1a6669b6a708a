"""Sends the pid of a process that is not the worker.

`WFC_PID` is a number, or `parent` (the daemon, default), `first` (the first worker) or
`gone` (a process that has ended).
"""

from __future__ import annotations

from fake_daemons.life import live
from fake_daemons.scene import parameter

if __name__ == "__main__":
    live(f"acknowledge=pid:{parameter('PID', 'parent')}")

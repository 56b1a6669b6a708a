"""Forks without end when it accepts a connection; a guard ends that.

`WFC_N` is how many processes the guard allows (default 16, at most 256).
"""

from __future__ import annotations

from fake_daemons.life import live
from fake_daemons.scene import parameter

if __name__ == "__main__":
    live(f"fork=bomb,limit={parameter('N', '16')}")

"""Sends a negative value instead of a pid: the launch has failed.

`WFC_N` is its absolute value (default 1).
"""

from __future__ import annotations

from fake_daemons.life import live
from fake_daemons.scene import parameter

if __name__ == "__main__":
    live(f"acknowledge=pid:-{parameter('N', '1')}")

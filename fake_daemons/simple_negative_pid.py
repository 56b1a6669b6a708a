"""Sends a negative value instead of its pid.

`WFC_N` is its absolute value (default 1).
"""

from __future__ import annotations

from fake_daemons.scene import parameter
from fake_daemons.simple_life import live

if __name__ == "__main__":
    live(f"pid=pid:-{parameter('N', '1')}")

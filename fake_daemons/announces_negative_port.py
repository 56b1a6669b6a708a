"""Announces a negative port.

`WFC_N` is its absolute value (default 1).
"""

from __future__ import annotations

from fake_daemons.life import live
from fake_daemons.scene import parameter

if __name__ == "__main__":
    live(f"announce=port:-{parameter('N', '1')}")

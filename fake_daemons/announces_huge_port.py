"""Announces a port that cannot be.

`WFC_N` is the port (default 70000).
"""

from __future__ import annotations

from fake_daemons.life import live
from fake_daemons.scene import parameter

if __name__ == "__main__":
    live(f"announce=port:{parameter('N', '70000')}")

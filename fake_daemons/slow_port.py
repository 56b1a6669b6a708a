"""Announces its port late.

`WFC_SECONDS` is by how much (default 3).
"""

from __future__ import annotations

from fake_daemons.life import live
from fake_daemons.scene import parameter

if __name__ == "__main__":
    live(f"announce=slow:{parameter('SECONDS', '3')}")

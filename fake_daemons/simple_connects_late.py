"""Connects to the factory late.

`WFC_SECONDS` is by how much (default 11: a second more than Spark waits).
"""

from __future__ import annotations

from fake_daemons.scene import parameter
from fake_daemons.simple_life import live

if __name__ == "__main__":
    live(f"connect=slow:{parameter('SECONDS', '11')}")

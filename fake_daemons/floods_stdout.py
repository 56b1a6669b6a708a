"""Writes much to stdout after the port and goes on when all of it has been taken.

`WFC_BYTES` is how much (default 1048576).
"""

from __future__ import annotations

from fake_daemons.life import live
from fake_daemons.scene import parameter

if __name__ == "__main__":
    live(f"announced=flood:stdout,bytes={parameter('BYTES', '1048576')}")

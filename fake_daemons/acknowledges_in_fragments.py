"""Sends the pid in several segments.

`WFC_N` is their number (default 4), `WFC_SECONDS` the pause between two (default 0.02).
"""

from __future__ import annotations

from fake_daemons.life import live
from fake_daemons.scene import parameter

if __name__ == "__main__":
    live(f"acknowledge=fragments:{parameter('N', '4')},pause={parameter('SECONDS', '0.02')}")

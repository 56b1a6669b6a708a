"""Ends before it has announced, with a word on stderr.

`WFC_STATUS` is its exit status (default 1), `WFC_TEXT` what it says (default `no luck`).
"""

from __future__ import annotations

from fake_daemons.life import live
from fake_daemons.scene import parameter

if __name__ == "__main__":
    live(f"start=exit:{parameter('STATUS', '1')},stderr={parameter('TEXT', 'no luck')}")

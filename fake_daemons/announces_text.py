"""Prints a greeting where the port should be, as a chatty site customisation does.

`WFC_TEXT` is the greeting (default `Welcome!`).
"""

from __future__ import annotations

from fake_daemons.life import live
from fake_daemons.scene import parameter

if __name__ == "__main__":
    live(f"announce=text:{parameter('TEXT', 'Welcome!')}")

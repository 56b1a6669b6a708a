"""Workers answer the right secret with something other than `ok`.

`WFC_TEXT` is the answer (default `err`).
"""

from __future__ import annotations

from fake_daemons.life import live
from fake_daemons.scene import parameter

if __name__ == "__main__":
    live(f"authenticate=reply:{parameter('TEXT', 'err')}")

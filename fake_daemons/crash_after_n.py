"""The daemon is killed once it has served N connections; its workers live on.

`WFC_N` is their number (default 1). The Nth worker answers after the daemon's death, so
that whoever has its reply knows that the daemon is gone.
"""

from __future__ import annotations

from fake_daemons.life import live
from fake_daemons.scene import parameter

if __name__ == "__main__":
    live(f"authenticate=crash@c{parameter('N', '1')}")

"""Is killed when it has accepted a connection, before it forks a worker.

`WFC_N` is the number of that connection (default 1).
"""

from __future__ import annotations

from fake_daemons.life import live
from fake_daemons.scene import parameter

if __name__ == "__main__":
    live(f"accept=crash@c{parameter('N', '1')}")

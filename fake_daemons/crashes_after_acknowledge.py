"""Daemon and worker are killed when the pid is sent, before the secret is read.

`WFC_N` is the number of that connection (default 1).
"""

from __future__ import annotations

from fake_daemons.life import live
from fake_daemons.scene import parameter

if __name__ == "__main__":
    live(f"acknowledged=crash@c{parameter('N', '1')};acknowledged=kill@c{parameter('N', '1')}")

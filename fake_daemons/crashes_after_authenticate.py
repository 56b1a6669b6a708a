"""Daemon and worker are killed when the secret has been accepted.

`WFC_N` is the number of that connection (default 1).
"""

from __future__ import annotations

from fake_daemons.life import live
from fake_daemons.scene import parameter

if __name__ == "__main__":
    live(f"authenticated=crash@c{parameter('N', '1')};authenticated=kill@c{parameter('N', '1')}")

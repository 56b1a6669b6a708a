"""Writes much to stderr and goes on when all of it has been taken.

`WFC_BYTES` is how much (default 1048576), `WFC_POINT` when: `announced` (default), or
`announce`, before the port.
"""

from __future__ import annotations

from fake_daemons.life import live
from fake_daemons.scene import parameter

if __name__ == "__main__":
    size = parameter("BYTES", "1048576")
    live(f"{parameter('POINT', 'announced')}=flood:stderr,bytes={size}")

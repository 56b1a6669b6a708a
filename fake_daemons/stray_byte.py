"""Workers send one byte that nobody asked for, before each frame."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live("serve=stray")

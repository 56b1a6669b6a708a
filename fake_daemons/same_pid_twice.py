"""Sends the pid of its first worker for every further one too."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live("acknowledge=pid:first@c2-")

"""Ignores the end of its stdin; SIGTERM ends it."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live("hang_up=ignore")

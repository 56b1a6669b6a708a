"""Ignores SIGTERM; hang-up ends it."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live("sigterm=ignore")

"""Listens, but never announces its port; hang-up and SIGTERM end it."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live("announce=never")

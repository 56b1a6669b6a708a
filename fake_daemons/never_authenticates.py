"""Reads the secret and never answers it."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live("authenticate=never")

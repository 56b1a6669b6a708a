"""Answers the secret with bytes that are no text."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live("authenticate=garbage")

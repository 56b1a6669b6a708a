"""Answers the secret with half a reply and closes."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live("authenticate=half")

"""Accepts connections, keeps them open and never says a word on them."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live("accept=silent")

"""Accepts connections and closes them at once."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live("accept=close")

"""Never connects to the factory; SIGTERM ends it."""

from __future__ import annotations

from fake_daemons.simple_life import live

if __name__ == "__main__":
    live("connect=never")

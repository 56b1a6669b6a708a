"""Announces a port on which nobody listens."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live("announce=nobody")

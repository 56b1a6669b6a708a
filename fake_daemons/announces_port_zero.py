"""Announces port 0."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live("announce=port:0")

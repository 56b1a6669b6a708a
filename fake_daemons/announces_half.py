"""Announces two bytes of its port and hangs, deaf to hang-up."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live("announce=half")

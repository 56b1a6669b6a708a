"""Offers half of the secret and stays, even when the factory has closed."""

from __future__ import annotations

from fake_daemons.simple_life import live

if __name__ == "__main__":
    live("offer=half")

"""Offers a secret that is not the factory's."""

from __future__ import annotations

from fake_daemons.simple_life import live

if __name__ == "__main__":
    live("offer=wrong")

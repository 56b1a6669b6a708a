"""Reads kill requests and does nothing about them."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live("kill_request=ignore")

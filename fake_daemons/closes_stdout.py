"""Closes its stdout instead of announcing a port, and lives on."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live("announce=eof")

"""Does all that a simple worker does before its first task, and echoes frames."""

from __future__ import annotations

from fake_daemons.simple_life import live

if __name__ == "__main__":
    live()

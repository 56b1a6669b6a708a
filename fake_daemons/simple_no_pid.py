"""Is accepted and never sends its pid."""

from __future__ import annotations

from fake_daemons.simple_life import live

if __name__ == "__main__":
    live("pid=never")

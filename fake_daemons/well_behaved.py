"""Does all that pyspark's daemon does, honestly, and echoes frames instead of tasks."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live()

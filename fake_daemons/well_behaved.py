"""Does all that pyspark's daemon does, and echoes frames instead of running tasks."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live()

"""Workers stay alive when the peer closes the connection."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live("serve=ignore_close")

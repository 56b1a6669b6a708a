"""Workers end as soon as they have been authenticated, while nobody asks for anything."""

from __future__ import annotations

from fake_daemons.life import live

if __name__ == "__main__":
    live("serve=die")

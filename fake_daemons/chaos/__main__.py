"""`python -m fake_daemons.chaos`: Spark's own daemon, around which one fault strikes at times."""

from __future__ import annotations

import os
from importlib import import_module

from fake_daemons.chaos.chaos import Chaos
from fake_daemons.chaos.menu import MENU
from fake_daemons.chaos.seams import Life, OsSeam, SignalSeam, SocketSeam
from fake_daemons.chaos.settings import Settings, SettingsError
from fake_daemons.chaos.telling import say
from fake_daemons.scene import EX_USAGE


def main() -> None:
    """Be the installed daemon, with the fault that the environment asks for."""
    try:
        chaos = Chaos(Settings(os.environ, MENU))
        daemon = import_module("pyspark.daemon")
    except (SettingsError, ImportError) as wrong:
        say(str(wrong))
        os._exit(EX_USAGE)
    chaos.came("start")
    life = Life(chaos)
    vars(daemon).update(os=OsSeam(life), signal=SignalSeam(chaos), socket=SocketSeam(life))
    daemon.manager()


if __name__ == "__main__":
    main()

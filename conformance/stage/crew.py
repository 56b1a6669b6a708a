"""The processes that play the tests of one run between them (`--jobs`): the crew.

Each of them opens a run of its own, by an order that the leading process gives it. The
leading process does not play; it ends what a player of the crew leaves behind.
"""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from conformance.drive import sandbox
from conformance.drive.interrupts import current
from conformance.stage.opening import Wanted, make_run, start_run
from conformance.stage.run import end_all

if TYPE_CHECKING:
    from conformance.stage.opening import Opened


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a player has to know.

    Attributes:
        wanted: what the user asked for.
        token: of the player's own run.
        register: file to write its pid and its directory to.
    """

    wanted: Wanted
    token: str
    register: Path


class Crew:
    """All players, as the leading process sees them.

    Args:
        opened: the run of the leading process.
    """

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._place = opened.run.directory / "crew"
        self._working: set[str] = set()
        self._tokens: list[str] = []

    def order(self, player: str) -> str:
        """Take a player in.

        Args:
            player: its name.

        Returns:
            Its order, as `join` reads it.
        """
        self._opened.run.drop_session()  # what the implementation says of itself is known
        self._place.mkdir(exist_ok=True)
        self._working.add(player)
        # Begins with our own token, so that whoever keeps ours out of a file keeps it out.
        self._tokens.append(f"{self._opened.run.token}-{player}")
        order = Order(
            wanted=self._opened.wanted, token=self._tokens[-1], register=self._place / player
        )
        return msgspec.json.encode(order, enc_hook=str).decode()

    def has_left(self, player: str) -> None:
        """Note that a player has finished, or has died.

        Args:
            player: its name.
        """
        self._working.discard(player)

    def interrupt(self) -> None:
        """Interrupt those that are still at work; they end their runs in order.

        One that is still starting up hears it as soon as it listens.
        """
        for pid in sandbox.children() if self._working else ():
            sandbox.send_signal(pid, signal.SIGINT)

    def clear(self) -> None:
        """End all that the players left behind, once they have ended themselves."""
        for token in self._tokens:
            end_all("WFC_TOKEN", token)
        for register in self._place.glob("*"):
            shutil.rmtree(self._told(register.name)[1], ignore_errors=True)

    def _told(self, player: str) -> tuple[int, str]:
        try:
            pid, directory = (self._place / player).read_text(encoding="utf-8").split("\n")
        except (OSError, ValueError):
            return 0, ""
        return int(pid), directory


def join(text: str) -> Opened:
    """Open the run of a player.

    Args:
        text: its order.

    Returns:
        The run, to be closed by the caller.

    Raises:
        UsageError: if something asked for does not exist; `DoorError` if the
            implementation cannot be started.
    """
    order = msgspec.json.decode(text, type=Order, dec_hook=_path)
    run = make_run(order.wanted)
    try:
        run.token = order.token
        order.register.write_text(f"{os.getpid()}\n{run.directory}", encoding="utf-8")
        return start_run(run, order.wanted)
    except BaseException:
        with current().held():
            run.close()
        raise


def _path(form: type, value: Any) -> Any:
    return form(value) if form is Path else value

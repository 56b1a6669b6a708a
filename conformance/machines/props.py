"""What a factory of a scenario has of its own: directory, plan page, tickets, gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.stage.page import Gates, PlanPage

if TYPE_CHECKING:
    from pathlib import Path


class Props:
    """The faults and gates of one factory's fakes.

    Args:
        directory: of its own; made here.

    Attributes:
        directory: value of WFC_DIR for its fakes.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        self.directory = directory
        self._plan = PlanPage(directory / "plan")
        self._gates = Gates(directory)
        self._faults: list[str] = []
        self._tickets: list[Path] = []
        self._gate_tickets: dict[str, Path] = {}
        self._last = 0

    @property
    def page(self) -> Path:
        """Path of the plan page, value of WFC_PLAN."""
        return self._plan.path

    def arm(self, fault: str, times: int = 1) -> None:
        """Have a fault strike so many of the next processes that come to its point.

        Args:
            fault: without ticket and selector.
            times: how often.
        """
        self._last += 1
        name = f"t{self._last}"
        for number in range(1, times + 1):
            ticket = self.directory / f"ticket.{name}.{number}"
            ticket.touch(0o600)
            self._tickets.append(ticket)
        self._faults.append(f"{fault},ticket={name}:{times}")
        self._write()

    def cease(self) -> None:
        """Take back what has not struck."""
        for ticket in self._tickets:
            ticket.unlink(missing_ok=True)
        self._tickets.clear()
        if self._faults:
            self._faults.clear()
            self._write()

    def add_gate(self, name: str, point: str) -> None:
        """Have the next process that comes to a point wait there.

        Args:
            name: of the gate.
            point: of a fake's life.
        """
        self.arm(f"{point}={self._gates.make(name)}")
        self._gate_tickets[name] = self._tickets[-1]

    def drop_gate(self, name: str) -> None:
        """Let nobody be stopped by a gate to which nobody has come.

        Args:
            name: of the gate.
        """
        self._gate_tickets[name].unlink(missing_ok=True)

    def has_gate(self, name: str) -> bool:
        """Tell whether a gate is one of this factory's.

        Args:
            name: of the gate.

        Returns:
            Whether it is.
        """
        return name in self._gates

    def open_gate(self, name: str) -> None:
        """Let the process through that stands at a gate, or will come to it.

        Args:
            name: of the gate.
        """
        self._gates.open(name)

    def close(self) -> None:
        """Close the gates' descriptors."""
        self._gates.close()

    def _write(self) -> None:
        self._plan.write(";".join(self._faults))

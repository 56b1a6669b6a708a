"""What is wrong, put down to clauses; those that do not bind have no say."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Wrongs:
    """Collects what is wrong.

    Args:
        clauses: text of each clause that binds, by its id.

    Attributes:
        found: a sentence for each wrong.
    """

    def __init__(self, clauses: Mapping[str, str]) -> None:
        self.found: list[str] = []
        self._clauses = clauses

    def judge(self, clause: str, *, holds: bool, expected: str, actual: str) -> None:
        """Take down that a clause is broken, if it is and if it binds.

        Args:
            clause: its id.
            holds: whether it was kept.
            expected: what must be.
            actual: what is.
        """
        if holds or clause not in self._clauses:
            return
        text = self._clauses[clause].rstrip(".")
        self.found.append(f"{clause} ({text}): expected {expected}; actual {actual}")

    def judge_equal(self, clause: str, what: str, actual: object, expected: object) -> None:
        """Judge by whether two things are the same.

        Args:
            clause: its id.
            what: they are.
            actual: as it was seen.
            expected: as it must be.
        """
        holds = actual == expected
        self.judge(clause, holds=holds, expected=f"{what} {expected}", actual=f"{actual}")

    def judge_said(self, clause: str, said: bytes, expected: bytes) -> None:
        """Judge all that a peer has said.

        Args:
            clause: its id.
            said: by it.
            expected: what it must say, no more and no less.
        """
        self.judge(clause, holds=said == expected, expected=_shown(expected), actual=_shown(said))

    def judge_ended(self, clause: str, who: str, living: list[int]) -> None:
        """Judge that nobody lives who must have ended.

        Args:
            clause: its id.
            who: must have ended.
            living: pids of those who live.
        """
        expected, actual = f"{who} has ended", f"alive: pids {living}"
        self.judge(clause, holds=not living, expected=expected, actual=actual)

    def judge_living(self, clause: str, who: str, dead: list[int]) -> None:
        """Judge that nobody has ended who must live.

        Args:
            clause: its id.
            who: must live.
            dead: pids of those who have ended.
        """
        expected, actual = f"{who} lives", f"ended: pids {dead}"
        self.judge(clause, holds=not dead, expected=expected, actual=actual)


def _shown(said: bytes) -> str:
    return repr(said) if said else "nothing"

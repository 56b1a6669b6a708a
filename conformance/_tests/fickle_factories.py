"""Factories that the machines have trouble with; for test_machines_hunt.py."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from reference_impl import make

if TYPE_CHECKING:
    from collections.abc import Callable

#: How many creates there were in this process.
_asked: list[None] = []


class Fickle:
    """The reference, but something comes before its create."""

    def __init__(self, factory: Any, before: Callable[[], object]) -> None:
        self._factory = factory
        self._before = before

    def create(self) -> Any:
        """Do what comes before, then create."""
        self._before()
        return self._factory.create()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._factory, name)


def hangs_after_two(*arguments: Any, **options: Any) -> Fickle:
    """Each factory creates two workers and never answers again."""
    created: list[None] = []

    def wait() -> None:
        created.append(None)
        if len(created) > 2:
            threading.Event().wait()

    return Fickle(make(*arguments, **options), wait)


def fails_once(*arguments: Any, **options: Any) -> Fickle:
    """One create fails in the life of the process, and never another one."""

    def fail() -> None:
        _asked.append(None)
        if len(_asked) == 3:
            raise OSError("by chance")

    return Fickle(make(*arguments, **options), fail)


class Stubborn:
    """The reference, but it hands out the first worker again and again."""

    def __init__(self, factory: Any) -> None:
        self._factory = factory
        self._creating = threading.Lock()
        self._made: Any = None

    def create(self) -> Any:
        """Create once."""
        with self._creating:
            self._made = self._made or self._factory.create()
        return self._made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._factory, name)


def always_the_same(*arguments: Any, **options: Any) -> Stubborn:
    """Each factory has one worker for all."""
    return Stubborn(make(*arguments, **options))

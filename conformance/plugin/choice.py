"""Which tests run, in which order, and how much time a machine has."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import pytest

from conformance.check.verdicts import reason_not_applicable
from conformance.contract.clauses import find, matching

if TYPE_CHECKING:
    from conformance.stage.opening import Opened, Search

#: Outermost ring of a machine's test, in seconds, beyond the time that it explores.
_RING_S = {"quick": 600.0, "default": 1200.0, "thorough": 7200.0, "none": 0.0}


def claimed_by(item: pytest.Item) -> tuple[str, ...]:
    """Tell which clauses a test is about.

    Args:
        item: the test.

    Returns:
        Their ids, the main one first; none if it is no scenario.
    """
    marker = item.get_closest_marker("clauses")
    return tuple(marker.args) if marker else ()


def choose(
    items: list[pytest.Item], opened: Opened, players: int
) -> tuple[list[pytest.Item], Search]:
    """Choose the tests of a run.

    Args:
        items: all tests.
        opened: the run.
        players: how many processes share the tests.

    Returns:
        Those that run, and how the machines among them search: each is told its part of
        the time, so that all of them together keep to it.
    """
    kept = [item for item in items if _is_wanted(item, opened)]
    search = opened.search
    machines = sum(map(_is_machine, kept))
    if search.explore_s is not None and machines:
        turns = math.ceil(machines / players)
        search = msgspec.structs.replace(search, explore_s=search.explore_s / turns)
    return kept, search


def in_order(items: list[pytest.Item], players: int) -> list[pytest.Item]:
    """Choose the order of tests.

    Pairs of a factory and its own daemon come after tests with fakes, whose histories tell
    more. One process plays machines last: short tests name a fault more plainly. Several
    play machines first, as they are long, each with a short test behind it: pytest-xdist
    always gives a player two tests, and does not take the second one back.

    Args:
        items: those that run.
        players: how many processes share them.

    Returns:
        The tests, in order.
    """
    machines = [item for item in items if _is_machine(item)]
    others = sorted((item for item in items if not _is_machine(item)), key=_is_pair)
    if players == 1:
        return [*others, *machines]
    number = min(len(machines), len(others))
    pairs = zip(machines[:number], others[:number], strict=True)
    mixed = [item for pair in pairs for item in pair]
    return [*mixed, *machines[number:], *others[number:]]


def give_machines_time(config: pytest.Config, items: list[pytest.Item], search: Search) -> None:
    """Draw the outermost ring of machines wider: that in the settings is for short tests.

    Args:
        config: pytest's.
        items: those that run.
        search: how machines search.
    """
    if not any(map(config.pluginmanager.hasplugin, ("timeout", "pytest_timeout"))):
        return
    within_s = _RING_S[search.effort] + (search.explore_s or 0.0)
    for item in filter(_is_machine, items):
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(within_s))


def _is_machine(item: pytest.Item) -> bool:
    return item.get_closest_marker("machine") is not None


def _is_pair(item: pytest.Item) -> bool:
    return item.get_closest_marker("pair") is not None


def _is_wanted(item: pytest.Item, opened: Opened) -> bool:
    if not _has_part(item, opened.search):
        return False
    claimed = claimed_by(item)
    terms = opened.ledger.terms
    if claimed and all(reason_not_applicable(find(one), terms) for one in claimed):
        return False
    globs = opened.wanted.clauses
    wanted = {clause.id for glob in globs for clause in matching(glob)}
    return not globs or bool(wanted & set(claimed))


def _has_part(item: pytest.Item, search: Search) -> bool:
    """Tell whether a test belongs to that kind of search."""
    return search.has_machines if _is_machine(item) else not search.is_exploring

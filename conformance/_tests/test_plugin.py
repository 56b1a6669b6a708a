"""Parts of the plugin: which tests run, in which order; what travels between processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from conformance.check.verdicts import Established
from conformance.errors import UsageError
from conformance.evidence.findings import Case, Finding
from conformance.plugin.choice import in_order
from conformance.stage.opening import Search, Wanted, seconds_in


class Item:
    """As much of a test as is asked for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def get_closest_marker(self, name: str) -> object:
        return True if name == "machine" and self.name.isupper() else None


@pytest.mark.parametrize(
    ("names", "players", "order"),
    [
        ("aBcD", 1, "acBD"),
        ("aBcDe", 2, "BaDce"),
        ("ABCd", 2, "AdBC"),
        ("abc", 2, "abc"),
        ("", 2, ""),
    ],
)
def test_machines_begin_early_where_several_play(names: str, players: int, order: str) -> None:
    """Capital letters are machines; no two of them are neighbours if it can be helped."""
    items = cast("list[pytest.Item]", [Item(name) for name in names])
    assert "".join(item.name for item in in_order(items, players)) == order


@pytest.mark.parametrize(
    ("duration", "seconds"), [("30s", 30.0), ("10m", 600.0), ("1h", 3600.0), ("007s", 7.0)]
)
def test_a_duration_is_a_number_and_its_unit(duration: str, seconds: float) -> None:
    assert seconds_in(duration) == seconds


@pytest.mark.parametrize("duration", ["", "s", "10", "0s", "-1s", "1.5h", "1d", "\uff11s", "1 m"])
def test_another_duration_is_a_usage_error(duration: str) -> None:
    with pytest.raises(UsageError, match="no duration"):
        seconds_in(duration)


@pytest.mark.parametrize(
    ("fields", "is_selection"),
    [
        ({}, False),
        ({"search": Search(effort="quick")}, False),
        ({"search": Search(effort="none")}, True),
        ({"search": Search(explore_s=1.0)}, True),
        ({"clauses": ("F-*",)}, True),
    ],
)
def test_what_is_left_out_is_a_selection(fields: dict[str, Any], is_selection: bool) -> None:  # noqa: FBT001 - a parameter
    assert Wanted(impl="py:a:b", **fields).is_selection is is_selection


def test_what_a_test_established_survives_the_journey() -> None:
    case = Case(id="7QK2", title="t", machine="pool", steps=("create w1",), length=1, file="f")
    wrong = Finding("double_handouts", "two", "one", 5, "F-POOL-01", "7QK2")
    entry = Established(
        test="t", claimed=("F-POOL-01",), findings={"F-POOL-01": (wrong,)}, cases=(case,)
    )
    assert msgspec.json.decode(msgspec.json.encode(entry), type=Established) == entry


def test_a_search_keeps_its_places(tmp_path: Path) -> None:
    wanted = Wanted(impl="py:a:b", search=Search(cases_dir=tmp_path))
    text = msgspec.json.encode(wanted, enc_hook=str)
    read = msgspec.json.decode(text, type=Wanted, dec_hook=lambda form, value: form(value))
    assert read == wanted
    assert isinstance(read.search.cases_dir, Path)

"""What chaos is asked for: on which occasions it strikes, and one line for what makes no sense."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from fake_daemons.__main__ import catalogue
from fake_daemons._tests.field import ROOT
from fake_daemons.chaos.arguments import KINDS, check_argument
from fake_daemons.chaos.menu import LEFT_OUT, MENU
from fake_daemons.chaos.misdeed import OCCASIONS
from fake_daemons.chaos.occasions import Occasions
from fake_daemons.chaos.settings import NAMES, Settings, SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from fake_daemons._tests.field import Field


def settings(**given: str) -> Settings:
    known = {"FAULT": "bad_auth", "STATE": "/nowhere"} | given
    return Settings({f"WFC_CHAOS_{name}": value for name, value in known.items() if value}, MENU)


def strikes(path: Path, count: int, **given: str) -> list[int]:
    """On which of so many occasions, each counted by another process, as it were."""
    asked = settings(STATE=str(path), **given)
    return [number for _ in range(count) if (number := Occasions(asked).next())]


def test_first_is_the_default(tmp_path: Path) -> None:
    assert strikes(tmp_path / "state", 5) == [1]


def test_first_n_and_the_count_outlives_a_process(tmp_path: Path) -> None:
    assert strikes(tmp_path / "state", 2, FIRST="3") == [1, 2]
    assert strikes(tmp_path / "state", 5, FIRST="3") == [3]


def test_every_nth(tmp_path: Path) -> None:
    assert strikes(tmp_path / "state", 10, EVERY="3") == [3, 6, 9]


def test_a_rate_depends_on_the_seed_alone(tmp_path: Path) -> None:
    first = strikes(tmp_path / "a", 200, RATE="0.25", SEED="7")
    assert first == strikes(tmp_path / "b", 200, RATE="0.25", SEED="7")
    assert first != strikes(tmp_path / "c", 200, RATE="0.25", SEED="8")
    assert 30 < len(first) < 70
    assert strikes(tmp_path / "d", 20, RATE="0") == []
    assert len(strikes(tmp_path / "e", 20, RATE="1")) == 20


def test_the_file_tells_occasions_and_strikes(tmp_path: Path) -> None:
    occasions = Occasions(settings(STATE=str(tmp_path / "state")))
    occasions.next()
    occasions.next()
    occasions.struck()
    assert (tmp_path / "state").read_text("ascii") == "2 1\n"


def test_by_default_it_counts_where_spark_will_remove_it() -> None:
    env = {"WFC_CHAOS_FAULT": "bad_auth", "SPARK_LOCAL_DIRS": "/a,/b"}
    assert Settings(env, MENU).state_path == "/a/wfc-chaos.state"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"FAULT": ""}, "WFC_CHAOS_FAULT is not set"),
        ({"FAULT": "slow"}, "no fault 'slow'; there are well_behaved, exits_"),
        ({"FAULT": "slow_port:never"}, "slow_port takes seconds, 0 to 3600, not 'never'"),
        ({"FAULT": "slow_port:"}, "slow_port takes seconds, 0 to 3600, not ''"),
        ({"FAULT": "never_announces:1"}, "never_announces takes no argument, not '1'"),
        ({"FAULT": "foreign_pid:1"}, "foreign_pid takes parent, first or gone, not '1'"),
        ({"FAULT": "dies_in_task:kill"}, "a comma, a number of bytes, not 'kill'"),
        ({"FAULT": "dies_idle:term"}, "dies_idle takes kill, segv or exit, not 'term'"),
        ({"FRIST": "2"}, "no setting WFC_CHAOS_FRIST"),
        ({"FIRST": "2", "EVERY": "3"}, "WFC_CHAOS_FIRST and WFC_CHAOS_EVERY: choose one"),
        ({"FIRST": "0"}, "WFC_CHAOS_FIRST is a number from 1, not '0'"),
        ({"EVERY": "-1"}, "WFC_CHAOS_EVERY is a number from 1, not '-1'"),
        ({"RATE": "2"}, "WFC_CHAOS_RATE is a number from 0 to 1, not '2'"),
        ({"RATE": "often"}, "WFC_CHAOS_RATE is a number from 0 to 1, not 'often'"),
        ({"RATE": "nan"}, "WFC_CHAOS_RATE is a number from 0 to 1, not 'nan'"),
        ({"SEED": "1"}, "WFC_CHAOS_SEED without WFC_CHAOS_RATE"),
        ({"RATE": "0.1", "SEED": "x"}, "WFC_CHAOS_SEED is a number from 0, not 'x'"),
        ({"STATE": ""}, "neither WFC_CHAOS_STATE nor SPARK_LOCAL_DIRS is set"),
    ],
)
def test_what_makes_no_sense_is_one_line(given: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        settings(**given)
    assert told in str(wrong.value)
    assert "\n" not in str(wrong.value)


@pytest.mark.parametrize(
    "name", ["bad_auth", "late_auth", "announces_huge_port", "dies_after_auth"]
)
def test_over_unix_domain_sockets_some_faults_have_no_meaning(name: str) -> None:
    env = {"WFC_CHAOS_FAULT": name, "WFC_CHAOS_STATE": "/x", "PYTHON_UNIX_DOMAIN_ENABLED": "True"}
    with pytest.raises(SettingsError, match=f"{name} has no meaning over Unix domain sockets"):
        Settings(env, MENU)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"WFC_CHAOS_FAULT": "nonsense", "WFC_CHAOS_STATE": "/x"}, b"no fault 'nonsense'"),
        ({"WFC_CHAOS_FAULT": "bad_auth", "WFC_CHAOS_STATE": "/no/such/place"}, b"cannot count in"),
        ({"WFC_CHAOS_FAULT": "bad_auth", "WFC_CHAOS_STATE": "/tmp/no"}, b"'pyspark'"),
    ],
)
def test_the_daemon_says_so_on_stderr_and_exits(
    field: Field, tmp_path: Path, more: dict[str, str], told: bytes
) -> None:
    more = {name: value.replace("/tmp/no", str(tmp_path / "s")) for name, value in more.items()}
    fake = field.start("chaos", PYTHONPATH=str(ROOT), **more)
    assert fake.read(1) == b""
    assert fake.wait() == os.EX_USAGE
    line = fake.stderr()
    assert line.startswith(b"chaos: ")
    assert line.count(b"\n") == 1
    assert told in line


def test_a_file_of_somebody_else_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear reader", "utf-8")
    with pytest.raises(SettingsError, match="is no file of chaos"):
        Occasions(settings(STATE=str(tmp_path / "letter")))
    assert (tmp_path / "letter").read_text("utf-8") == "dear reader"


@pytest.mark.parametrize("name", list(MENU))
def test_every_fault_is_told_in_one_line_and_its_default_is_valid(name: str) -> None:
    misdeed = MENU[name]
    assert misdeed.text.endswith(".")
    assert misdeed.point in OCCASIONS
    assert misdeed.kind in KINDS
    assert bool(misdeed.kind) == bool(misdeed.otherwise)
    if misdeed.kind:
        check_argument(misdeed.kind, misdeed.otherwise)


def test_every_fake_is_offered_or_left_out_for_a_reason() -> None:
    assert set(catalogue()) - set(MENU) == set(LEFT_OUT)
    assert not set(LEFT_OUT) & set(MENU)


def test_the_page_tells_each_fault_as_the_code_has_it() -> None:
    page = (ROOT / "docs" / "chaos.md").read_text("utf-8")
    told = [line for line in page.splitlines() if line.startswith("| `") and "WFC_" not in line]
    faults = [
        f"| `{name}` | {f'`{one.otherwise}` ' if one.kind else ''}| {when} | {one.text} |"
        for name, one in MENU.items()
        for when in (OCCASIONS[one.point],)
    ]
    assert told == faults + [f"| `{name}` | {why} |" for name, why in LEFT_OUT.items()]
    assert all(f"| `WFC_CHAOS_{name}` |" in page for name in NAMES)

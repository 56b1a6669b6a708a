"""The catalogue: every fake starts, and dies; every name has its test; every action too."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fake_daemons.__main__ import catalogue, main
from fake_daemons.faults import ANYWHERE, POINTS

if TYPE_CHECKING:
    from fake_daemons._tests.field import Field

_HERE = Path(__file__).parent
_SPECIFICATION = _HERE.parents[1] / "docs" / "side-channel.md"
_DAEMONS = [name for name in catalogue() if not name.startswith("simple_")]
_SIMPLE = [name for name in catalogue() if name.startswith("simple_")]


@pytest.mark.parametrize("name", _DAEMONS)
def test_every_daemon_starts_and_dies(field: Field, name: str) -> None:
    fake = field.start(name, WFC_SECONDS="0", WFC_BYTES="10")
    start = field.wait_for("start", "daemon")
    assert start["argv.2"] == f"fake_daemons.{name}"
    wanted = "fault" if name.startswith(("announces", "never_announces", "exits")) else "listen"
    field.wait_for(wanted, "daemon")
    fake.hang_up()
    fake.send_signal(signal.SIGTERM)
    assert fake.wait() == 1
    field.wait_until_alone()


@pytest.mark.parametrize("name", _SIMPLE)
def test_every_simple_worker_starts_and_dies(field: Field, name: str) -> None:
    fake = field.start(name, "start=hang", PYTHON_WORKER_FACTORY_PORT="1")
    field.wait_for("fault", "simple", point="start", action="hang")
    fake.send_signal(signal.SIGTERM)
    assert fake.wait() == -signal.SIGTERM
    field.wait_until_alone()


@pytest.mark.parametrize("name", list(catalogue()))
def test_every_fake_has_a_test_of_its_name_and_tells_its_parameters(name: str) -> None:
    tests = "".join(path.read_text("utf-8") for path in _HERE.glob("test_*.py"))
    assert f"def test_{name}(" in tests
    source = (_HERE.parent / f"{name}.py").read_text("utf-8")
    documented = set(re.findall(r"`WFC_(\w+)`", source))
    assert documented == set(re.findall(r"parameter\(['\"](\w+)", source))


@pytest.mark.parametrize(
    ("point", "action"), [(point, action) for point, own in POINTS.items() for action in own]
)
def test_every_action_is_in_the_specification(point: str, action: str) -> None:
    text = _SPECIFICATION.read_text("utf-8")
    faults = text[text.index("Every point knows") :].splitlines()
    row = next(line for line in faults if line.startswith(f"| `{point}` |"))
    assert re.search(rf"`{action}[:`]", row)


def test_every_general_action_is_in_the_specification() -> None:
    text = _SPECIFICATION.read_text("utf-8")
    every = text[text.index("Every point knows") :]
    assert all(re.search(rf"`{action}[:`\[]", every) for action in ANYWHERE)


def test_list_names_each_fake_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(catalogue())
    assert all(line.endswith(".") and len(line) < 120 for line in lines)

"""Daemons' scenarios that people write: each mistake is one line that says where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.errors import UsageError
from conformance.machines.daemon_file import is_daemons, read_daemon_scenario

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "wfc: 1\ndaemon: {reuse: true}\nsteps:\n"
CONNECT = "- {do: connect, connection: c1}\n"


def read(place: Path, text: str) -> None:
    path = place / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    assert is_daemons(path)
    read_daemon_scenario(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + CONNECT + CONNECT, ":5: $.steps[1]: `connect c1` makes no sense"),
        (HEAD + "- {do: end}\n- {do: end}\n", ":5: $.steps[1]: `hang up` makes no sense"),
        (HEAD + "- {do: task, connection: c1}\n", ":4: $.steps[0]: `task c1` makes no sense"),
        (HEAD + "- {do: conect, connection: c1}\n", "a step does one of connect, "),
        (HEAD + "- {do: connect}\n", ":4: $.steps[0]: Object missing required field"),
        (HEAD + "- &a {do: end}\n- *a\n", ":4: no scenario: anchors (&) and aliases (*)"),
        (HEAD + CONNECT + "daemon: {}\n", ":5: no scenario: daemon stands twice"),
        (HEAD + CONNECT + "profile: spark-9\n", ":5: $.profile: there is no profile 'spark-9'"),
        (HEAD + CONNECT + "clauses: [D-99]\n", ":5: $.clauses[0]: "),
        (HEAD + CONNECT + "repeat: 0\n", ":5: $.repeat: "),
        (HEAD + CONNECT + "title: true\n", "put it in quotes"),
        (HEAD.replace("1", "2", 1) + CONNECT, ":1: $.wfc: this suite reads format 1"),
        ("daemon:\n  " + "[" * 5000, "nested deeper than"),
    ],
)
def test_a_mistake_is_told_in_one_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as told:
        read(tmp_path, text)
    line = str(told.value)
    assert line.startswith(str(tmp_path / "scenario.yaml"))
    assert "\n" not in line
    assert said in line


def test_what_makes_sense_is_read(tmp_path: Path) -> None:
    read(tmp_path, HEAD + CONNECT + "- {do: say, connection: c1, what: right}\nrepeat: 30\n")

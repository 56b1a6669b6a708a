"""The interpreter that does not read archives on its path."""

from __future__ import annotations

import os
import subprocess  # noqa: TID251 - starts it as a factory does
from typing import TYPE_CHECKING

from conformance.drive import sandbox
from conformance.drive.lean import make_lean_python

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

TELLS = "import os, sys; print(os.environ.get('PYTHONPATH'), os.getpid(), *sys.argv[1:])"


def test_archives_are_dropped_and_all_else_is_kept(tmp_path: Path) -> None:
    """Order, blanks and stars in names, arguments, pid."""
    (tmp_path / "a b").mkdir()
    lean = make_lean_python(tmp_path / "a b" / "python", sandbox.own_python())
    path = "/x/one.zip:/y z:/x/two.jar:/w*:/zip"
    started = subprocess.Popen(
        [lean, "-c", TELLS, "an argument", "$HOME"],
        env={"PATH": os.defpath, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    told, _ = started.communicate()
    assert told == f"/y z:/w*:/zip {started.pid} an argument $HOME\n"


def test_the_interpreter_itself_is_given_where_scripts_may_not_be_executed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a file system mounted noexec."""
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    assert make_lean_python(tmp_path / "python", "/a/python") == "/a/python"

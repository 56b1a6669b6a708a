"""The commands of docs/chaos.md, as they stand there, in a shell with the venv's `bin` first.

Collected only when WFC_TEST_SPARK lists virtual environments with PySpark, separated by
colons: `tox -e shell-3.5,shell-4.3`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pexpect
import pytest

from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.drive.clock import wait_until
from conformance.observe import processes
from scenarios.console.conftest import MARK
from scenarios.console.test_shell_console import END_S, LIMIT_S, environment

VENVS = os.environ.get("WFC_TEST_SPARK", "").split(os.pathsep)
__test__ = VENVS != [""]

pytestmark = pytest.mark.timeout(300)

PAGE = (ROOT / "docs" / "chaos.md").read_text(encoding="utf-8")
#: What a person types, and the programs that stand beside it: name → text.
COMMANDS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
PROGRAMS = dict(re.findall(r"```python\n# (\w+\.py)\n(.*?)```", PAGE, re.DOTALL))


@pytest.mark.parametrize("venv", VENVS)
@pytest.mark.parametrize("command", [*COMMANDS, "python session.py"])
def test_the_command_does_what_the_page_says(venv: str, command: str, tmp_path: Path) -> None:
    """The fault strikes, or Spark bears it; the result is told; nothing is left."""
    for name, text in PROGRAMS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    mark = f"{tmp_path.parent.name}/{tmp_path.name}"
    env = environment(Path(venv), tmp_path, mark) | {
        "PYTHONPATH": str(ROOT),  # what the page has `pip install` do
        "SPARK_HOME": str(_picture(Path(venv), tmp_path / "home")),
    }
    sandbox.become_subreaper()
    console: pexpect.spawn[str] = pexpect.spawn(
        "bash", ["-c", command], cwd=str(tmp_path), encoding="utf-8", env=env, timeout=LIMIT_S
    )
    console.expect(pexpect.EOF)
    console.close()
    said = str(console.before)
    logs = [path.read_text("utf-8", "replace") for path in tmp_path.glob("home/work/*/*/stderr")]
    assert console.exitstatus == 0, said
    assert re.search(r"[\r\n]right\r\n", said), said
    assert re.search(r"chaos: \w+ strikes on occasion \d+ \(pid \d+\)", "".join([said, *logs]))
    assert wait_until(lambda: _is_deserted(mark), END_S), processes.with_variable(MARK, mark)


def _picture(venv: Path, home: Path) -> Path:
    """A Spark home of links, since a cluster writes into it."""
    home.mkdir()
    (package,) = venv.glob("lib/python3*/site-packages/pyspark")
    for entry in package.iterdir():
        (home / entry.name).symlink_to(entry)
    return home


def _is_deserted(mark: str) -> bool:
    sandbox.reap_orphans()
    return processes.with_variable(MARK, mark) == ()

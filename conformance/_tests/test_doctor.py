"""`wfc doctor` on set-ups that are broken: it names the stage, within its bound.

All are real processes: fakes where one misbehaves that way, small modules where none does.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pytest

from conformance._tests.command import Wfc
from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.report.doctor_file import DoctorFile

if TYPE_CHECKING:
    from pathlib import Path

LIMIT_S = 1.0
#: A start has four times as long; one second is for a busy machine.
BOUND_S = {"start": 5.0, "first bytes": 6.0}
HEALTHY = "fake_daemons.well_behaved"
PYTHON = sandbox.own_python()


class Setup(NamedTuple):
    """A set-up, and what is to be said of it."""

    stage: str
    symptom: str
    status: int
    daemon: str = HEALTHY
    python: str = PYTHON
    worker: str = ""
    env: dict[str, str] = {}  # noqa: RUF012 - read only
    files: dict[str, str] = {}  # noqa: RUF012 - likewise


#: A worker module that takes the end of its connection for an empty task.
SPINNING = """
def main(infile, outfile):
    while True:
        data = infile.read(1)
        outfile.write(data)
        outfile.flush()
"""
#: Asks for a Python that there will not be for a while.
TOO_NEW = {
    "pyspark/__init__.py": "",
    "pyspark/version.py": "__version__: str = '9.9.0'",
    "pyspark-9.9.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: pyspark\n"
    "Version: 9.9.0\nRequires-Python: >=3.99\n",
}
WRONG_FAMILY = "import os\nos.environ.pop('SPARK_PREFER_IPV6')\n"
LIVE = "from fake_daemons.life import live\nif __name__ == '__main__':\n    live()\n"

TWELVE = {
    "no executable": Setup("executable", "no-program", 8, python="no-such-python"),
    "not a Python": Setup("executable", "no-python", 8, python="true"),
    "a Python too old": Setup("executable", "too-old", 8, files=TOO_NEW),
    "import error": Setup(
        "start", "import-error", 8, "importing", files={"importing.py": "import no_such_thing"}
    ),
    "print before the port": Setup(
        "first bytes", "text", 8, files={"sitecustomize.py": "print('hell', end='')"}
    ),
    "print that decodes to a port": Setup(
        "port",
        "foreign-port",
        8,
        files={"sitecustomize.py": "import os\nos.write(1, b'\\0\\0\\x41\\x42')"},
    ),
    "exit at start": Setup("start", "exited", 8, "fake_daemons.exits_before_announcing"),
    "silence": Setup("first bytes", "silent", 8, "fake_daemons.never_announces"),
    "the wrong family": Setup(
        "connect",
        "wrong-family",
        1,
        "stubborn",
        env={"SPARK_PREFER_IPV6": "True"},
        files={"stubborn.py": WRONG_FAMILY + LIVE},
    ),
    "the secret garbled": Setup("secret", "garbled-reply", 1, "fake_daemons.garbage_auth"),
    "the secret ignored": Setup(
        "wrong secret",
        "accepts-any-secret",
        1,
        "fake_daemons.bad_auth",
        env={"WFC_TEXT": "ok"},
    ),
    "no pid": Setup("pid", "no-pid", 1, "fake_daemons.accepts_and_stays_silent"),
    "a worker that spins at close": Setup(
        "idle close",
        "spins",
        1,
        "reference_impl.daemon",
        worker="pyspark_spinning",
        files={"pyspark_spinning.py": SPINNING},
    ),
    "module missing": Setup("start", "module-missing", 8, "no_such_daemon"),
}

FAKES = {
    "fake_daemons.announces_half": ("first bytes", "half-port", 8),
    "fake_daemons.announces_huge_port": ("port", "not-a-port", 8),
    "fake_daemons.announces_negative_port": ("port", "not-a-port", 8),
    "fake_daemons.announces_nobody": ("port", "foreign-port", 8),
    "fake_daemons.announces_port_zero": ("port", "not-a-port", 8),
    "fake_daemons.announces_text": ("first bytes", "text", 8),
    "fake_daemons.closes_stdout": ("first bytes", "closed-stdout", 8),
    "fake_daemons.accepts_and_closes": ("pid", "closed-before-pid", 1),
    "fake_daemons.accepts_and_resets": ("pid", "reset-before-pid", 1),
    "fake_daemons.acknowledges_half": ("pid", "half-pid", 1),
    "fake_daemons.foreign_pid": ("pid", "foreign-pid", 1),
    "fake_daemons.negative_pid": ("pid", "negative-pid", 1),
    "fake_daemons.bad_auth": ("secret", "refused-secret", 1),
    "fake_daemons.half_auth": ("secret", "half-reply", 1),
    "fake_daemons.never_authenticates": ("secret", "no-reply", 1),
    "fake_daemons.ignores_close": ("idle close", "stays", 1),
    "fake_daemons.ignores_kill": ("kill request", "kill-ignored", 1),
    "fake_daemons.ignores_hang_up": ("hang-up", "stays-after-hang-up", 1),
}
SIMPLE = {
    "fake_daemons.simple_never_connects": ("simple connect", "never-connects"),
    "fake_daemons.simple_half_secret": ("simple secret", "half-secret"),
    "fake_daemons.simple_wrong_secret": ("simple secret", "wrong-secret"),
    "fake_daemons.simple_no_pid": ("simple pid", "no-pid"),
    "fake_daemons.simple_negative_pid": ("simple pid", "negative-pid"),
}


@pytest.fixture
def wfc(tmp_path: Path) -> Wfc:
    wfc = Wfc(tmp_path)
    wfc.shows_tracebacks = True
    return wfc


def examine(wfc: Wfc, setup: Setup, *arguments: str) -> DoctorFile:
    """Run the doctor; what it wrote must have the published form."""
    for name, text in setup.files.items():
        path = wfc.directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    worker = ("--worker", setup.worker) if setup.worker else ()
    ended = wfc("doctor", *_words(wfc, setup), *worker, "--json", *arguments, **_env(setup))
    assert not re.search(r"\b[0-9a-f]{64}\b", ended.out + ended.err)
    file = msgspec.json.decode(ended.out, type=DoctorFile)
    assert (ended.status, ended.err) == (file.exit_code, "")
    return file


def _words(wfc: Wfc, setup: Setup) -> list[str]:
    limit = ["--limit", str(LIMIT_S), "--env", f"PYTHONPATH={wfc.directory}"]
    return ["--python", setup.python, "--daemon", setup.daemon, *limit]


def _env(setup: Setup) -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), **setup.env}


@pytest.mark.parametrize("setup", TWELVE.values(), ids=TWELVE)
def test_a_broken_set_up_is_named(wfc: Wfc, setup: Setup) -> None:
    """The stage, the symptom and the exit code, within the stage's bound."""
    file = examine(wfc, setup)
    (seen,) = file.examinations
    trouble = seen.troubles[0]
    assert (trouble.stage, trouble.symptom, file.exit_code) == setup[:3], trouble
    failed = next(one for one in seen.stages if one.verdict == "fail")
    assert failed.took_s < BOUND_S.get(failed.name, LIMIT_S + 1.0)
    assert trouble.spark_says
    assert trouble.causes
    assert trouble.to_do


@pytest.mark.parametrize("daemon", FAKES)
def test_a_fake_is_named_by_what_it_does(wfc: Wfc, daemon: str) -> None:
    stage, symptom, status = FAKES[daemon]
    file = examine(wfc, Setup(stage, symptom, status, daemon))
    trouble = file.examinations[0].troubles[0]
    assert (trouble.stage, trouble.symptom, file.exit_code) == (stage, symptom, status), trouble


@pytest.mark.parametrize("worker", SIMPLE)
def test_a_simple_worker_is_named_by_what_it_does(wfc: Wfc, worker: str) -> None:
    """The daemon's stages pass: its workers are its own."""
    file = examine(wfc, Setup(*SIMPLE[worker], 1, worker=worker))
    (trouble,) = file.examinations[0].troubles
    assert (trouble.track, trouble.stage, trouble.symptom) == ("simple", *SIMPLE[worker])
    assert "failed to connect back" in trouble.spark_says
    assert file.exit_code == 1


@pytest.mark.parametrize("daemon", ["reference_impl.daemon", HEALTHY])
def test_a_healthy_daemon_passes_quickly(wfc: Wfc, daemon: str) -> None:
    """All stages, in well under three seconds."""
    (seen,) = examine(wfc, Setup("", "", 0, daemon)).examinations
    assert seen.troubles == ()
    assert seen.is_whole
    assert [one.verdict for one in seen.stages] == ["pass"] * 13
    assert sum(one.took_s for one in seen.stages) < 3.0
    assert "no module pyspark.worker" in seen.skipped["simple"]


def test_a_simple_worker_is_examined_where_there_is_one(wfc: Wfc) -> None:
    """Its five stages come behind the daemon's."""
    setup = Setup("", "", 0, worker="fake_daemons.simple_well_behaved")
    (seen,) = examine(wfc, setup).examinations
    assert seen.troubles == ()
    assert [one.name for one in seen.stages if one.track == "simple"] == [
        "simple connect",
        "simple secret",
        "simple pid",
        "simple echo",
        "simple end",
    ]


# -- what a person reads -------------------------------------------------------------------


def test_the_secret_is_not_shown(wfc: Wfc) -> None:
    """Not even where the daemon itself shows it."""
    tell = "import os, sys\nsecret = os.environ['PYTHON_WORKER_FACTORY_SECRET']\n"
    chatty = tell + "sys.exit('my secret is ' + secret)"
    (wfc.directory / "chatty.py").write_text(chatty, encoding="utf-8")
    setup = Setup("", "", 8, "chatty", files={"chatty.py": chatty})
    ended = wfc("doctor", *_words(wfc, setup), **_env(setup))
    assert ended.status == 8
    assert "my secret is (secret)" in ended.out
    assert not re.search(r"[0-9a-f]{64}", ended.out + ended.err)


def test_the_text_says_what_spark_says_and_who_wrote(wfc: Wfc) -> None:
    """One screen, no colours on a pipe, no line wider than it is."""
    setup = TWELVE["print before the port"]
    for name, text in setup.files.items():
        (wfc.directory / name).write_text(text, encoding="utf-8")
    ended = wfc("doctor", *_words(wfc, setup), COLUMNS="80", **_env(setup))
    assert ended.status == 8
    assert "text where the port should be: 'hell'" in ended.out
    assert f"Bad data in {HEALTHY}'s standard output." in _joined(ended.out)
    assert "sitecustomize.py, line 1 (sitecustomize)" in _joined(ended.out)
    assert "\x1b" not in ended.out
    wide = [line for line in ended.out.splitlines() if len(line) > 80]
    assert all(str(wfc.directory) in line or PYTHON in line for line in wide)  # paths stay whole


def test_python_is_found_as_spark_would(wfc: Wfc) -> None:
    """PYSPARK_PYTHON, else python3 along PATH; and it is said who named it."""
    ended = wfc("doctor", PYSPARK_PYTHON="snake")
    assert (ended.status, "snake (PYSPARK_PYTHON)" in ended.out) == (8, True)
    (wfc.directory / "python3").write_text(f'#!/bin/sh\nexec {shlex.quote(PYTHON)} "$@"\n')
    (wfc.directory / "python3").chmod(0o700)
    ended = wfc("doctor", "--daemon", HEALTHY, PATH=f"{wfc.directory}:/usr/bin:/bin")
    assert (ended.status, f"python3 -> {wfc.directory}/python3" in _joined(ended.out)) == (0, True)


def _joined(text: str) -> str:
    return " ".join(text.split())

"""`wfc doctor` on set-ups that are broken: it names the stage, within its bound.

All are real processes: fakes where one misbehaves that way, small modules where none does.
"""

from __future__ import annotations

import importlib
import json
import re
import shlex
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from conformance._tests.command import Wfc
from conformance.cli.doctor.asked import Asked
from conformance.cli.doctor.local import hand_over, lines_of
from conformance.cli.doctor.messages import Gathering
from conformance.cli.doctor.parcel import pack
from conformance.cli.doctor.remedies import REMEDIES
from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.report.doctor_file import DoctorFile

LIMIT_S = 1.0
#: A start has four times as long, which is spent waiting for the first byte; one second is
#: for a busy machine.
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
FLOOD = "import os\nos.write(2, b'x' * 100_000)\n"
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
    "a flood on stderr before the port": Setup(
        "first bytes", "floods-stderr", 8, "flooding", files={"flooding.py": FLOOD + LIVE}
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
    names = ("start", failed.name) if failed.name == "first bytes" else (failed.name,)
    took_s = sum(one.took_s for one in seen.stages if one.name in names)
    assert took_s < BOUND_S.get(failed.name, LIMIT_S + 1.0)
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


@pytest.mark.parametrize(
    "daemon",
    ["reference_impl.daemon", HEALTHY, "fake_daemons.floods_stderr", "fake_daemons.floods_stdout"],
)
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


# -- who wrote to standard output ----------------------------------------------------------

CULPRITS = {
    "os.write in sitecustomize": (
        {"sitecustomize.py": "import os\nos.write(1, b'hello')"},
        HEALTHY,
        ("start", "sitecustomize.py", 2),
    ),
    "a child process": (
        {"sitecustomize.py": "import os\nos.system('echo hello')"},
        HEALTHY,
        ("start", "sitecustomize.py", 2),
    ),
    "an import of an import": (
        {"outer.py": "\nimport inner", "inner.py": "\n\nprint('hello')"},
        "outer",
        ("import", "inner.py", 3),
    ),
    "the module itself": (
        {"rude.py": "if __name__ == '__main__':\n    print('hello')"},
        "rude",
        ("nowhere", "", 0),
    ),
}


@pytest.mark.parametrize("name", CULPRITS)
def test_who_printed_is_found(wfc: Wfc, name: str) -> None:
    """File and line, whatever it was that wrote."""
    files, daemon, (when, path, line) = CULPRITS[name]
    (seen,) = examine(wfc, Setup("", "", 8, daemon, _bare_python(wfc), files=files)).examinations
    culprit = seen.troubles[0].culprit
    assert culprit is not None
    assert culprit.when == when
    first = [(one.path, one.line) for one in culprit.places[:1]]
    assert first == ([(str(wfc.directory / path), line)] if path else [])


def test_a_pth_file_is_found(wfc: Wfc) -> None:
    """By its name and the line in it."""
    python = _bare_python(wfc)
    site = next(Path(wfc.directory, "venv").glob("lib/python*/site-packages"))
    (site / "a.pth").write_text("# nothing\nimport sys; print('hello')\n", encoding="utf-8")
    (seen,) = examine(wfc, Setup("", "", 8, python=python)).examinations
    culprit = seen.troubles[0].culprit
    assert culprit is not None
    assert (culprit.when, culprit.places[0].path) == ("start", str(site / "a.pth"))
    assert culprit.places[0].line == 2


def test_a_program_that_prints_is_found(wfc: Wfc) -> None:
    """A wrapper around Python that greets."""
    wrapper = wfc.directory / "wrapper"
    wrapper.write_text(f'#!/bin/sh\necho hello\nexec {PYTHON} "$@"\n', encoding="utf-8")
    wrapper.chmod(0o700)
    (seen,) = examine(wfc, Setup("", "", 8, python=str(wrapper))).examinations
    trouble = seen.troubles[0]
    assert trouble.culprit is not None
    assert trouble.culprit.when == "program"
    assert trouble.causes[0] == "a wrapper script around Python that echoes"


def _bare_python(wfc: Wfc) -> str:
    """Without start-up files of its own."""
    return sandbox.make_bare_python(wfc.directory / "venv")


# -- the table of symptoms, and the file that travels --------------------------------------


def test_every_symptom_has_a_remedy() -> None:
    """Whatever the stages may say is in the table, and the table has nothing else."""
    room = ROOT / "conformance" / "adapters"
    sources = [*(room / "doctor").glob("*.py"), room / "doctor_driver.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    said = set(re.findall(r'(?:Failed|Misfit)\(\s*"([a-z-]+)"', text))
    said |= set(re.findall(r'errno\.[A-Z]+: "([a-z-]+)"', text))
    said |= {"not-started", "refused", "wrong-family", "garbled-reply", "refused-secret"}
    said |= {"no-runner", "reset-before-pid"}
    for what in re.findall(r'read(?:_int)?\([^"]*"([a-z]+) ', text):
        said |= {f"{how}-{what}" for how in ("no", "closed-before", "reset-before", "half")}
    assert said == set(REMEDIES)


def test_a_host_without_a_python_says_so() -> None:
    """A shell does, in an executor; what only looks like a Python is passed over."""
    driver = importlib.import_module("conformance.adapters.doctor_driver")
    words = ("sh", "no-such-python", "{}", "/nowhere/python3", "true")
    process = sandbox.start(("/bin/sh", "-c", driver.SHELL, *words), env={"PATH": "/usr/bin:/bin"})
    hand_over(process, pack())
    gathering = Gathering(Asked(python="no-such-python", source="test"))
    for line in lines_of(process, 20.0):
        gathering.take(line)
    process.end(within_s=5.0)
    seen = gathering.so_far
    assert (seen.exit_code, seen.is_whole) == (8, True)
    assert (seen.troubles[0].stage, seen.troubles[0].symptom) == ("executable", "no-runner")
    assert "no-such-python: not found" in seen.troubles[0].saw


def test_the_stages_travel_as_one_file() -> None:
    """It runs where nothing of ours is installed, from standard input."""
    asked = Asked(python=PYTHON, source="test", limit_s=LIMIT_S)
    process = sandbox.start((PYTHON, "-I", "-S", "-", asked.options("")), env={"PATH": "/nowhere"})
    hand_over(process, pack())
    lines = [json.loads(line) for line in lines_of(process, 20.0)]
    process.end(within_s=5.0)
    assert (process.exit_status(), lines[-1]["kind"]) == (0, "end")
    kinds = [line["kind"] for line in lines[:3]]
    assert kinds == ["place", "python", "stage"]


def test_a_worker_that_hides_is_found_left(wfc: Wfc) -> None:
    """One in a session of its own, with an empty environment; it is ended, too."""
    hiding = (
        "import os, sys\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    os.dup2(os.open('/dev/null', os.O_RDWR), 1)\n"
        "    os.execve('/bin/sleep', ['sleep', '600'], {'WFC_TEST_MARK': sys.argv[-1]})\n"
    )
    setup = Setup("nothing left", "left", 1, "hiding", files={"hiding.py": hiding + LIVE})
    file = examine(wfc, setup, "--worker", wfc.mark)
    trouble = file.examinations[0].troubles[0]
    assert (trouble.stage, trouble.symptom, file.exit_code) == setup[:3], trouble

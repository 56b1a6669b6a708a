"""`wfc doctor` on set-ups that are broken: it names the stage, within its bound.

All are real processes: fakes where one misbehaves that way, small modules where none does.
"""

from __future__ import annotations

import importlib
import json
import re
import shlex
from pathlib import Path

import pytest

from conformance._tests.command import Wfc
from conformance._tests.doctor_setups import (
    BOUND_S,
    FAKES,
    HEALTHY,
    LIMIT_S,
    LIVE,
    PYTHON,
    SIMPLE,
    TWELVE,
    Setup,
    env_of,
    examine,
    words,
)
from conformance.cli.doctor.asked import Asked
from conformance.cli.doctor.local import hand_over, lines_of
from conformance.cli.doctor.messages import Gathering
from conformance.cli.doctor.parcel import pack
from conformance.cli.doctor.remedies import REMEDIES
from conformance.door.find import ROOT
from conformance.drive import sandbox


@pytest.fixture
def wfc(tmp_path: Path) -> Wfc:
    wfc = Wfc(tmp_path)
    wfc.shows_tracebacks = True
    return wfc


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
    ended = wfc("doctor", *words(wfc, setup), **env_of(setup))
    assert ended.status == 8
    assert "my secret is (secret)" in ended.out
    assert not re.search(r"[0-9a-f]{64}", ended.out + ended.err)


def test_the_text_says_what_spark_says_and_who_wrote(wfc: Wfc) -> None:
    """One screen, no colours on a pipe, no line wider than it is."""
    setup = TWELVE["print before the port"]
    for name, text in setup.files.items():
        (wfc.directory / name).write_text(text, encoding="utf-8")
    ended = wfc("doctor", *words(wfc, setup), COLUMNS="80", **env_of(setup))
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
    program = f'#!/bin/sh\nexec {shlex.quote(PYTHON)} "$@"\n'
    (wfc.directory / "python3").write_text(program, encoding="utf-8")
    (wfc.directory / "python3").chmod(0o700)
    ended = wfc("doctor", "--daemon", HEALTHY, PATH=f"{wfc.directory}:/usr/bin:/bin")
    assert (ended.status, f"python3 -> {wfc.directory}/python3" in _joined(ended.out)) == (0, True)


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
    said |= {"no-runner", "reset-before-pid", "connect-times-out"}
    said |= {"ended-at-connect", "ended-before-connect"}
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


def _joined(text: str) -> str:
    return " ".join(text.split())


def test_a_daemon_is_examined_over_a_unix_domain_socket(wfc: Wfc) -> None:
    """Its path takes the place of the port, nobody asks for a secret, its socket goes."""
    ended = wfc("doctor", "--daemon", "reference_impl.daemon", "--unix-sockets", "--json")
    file = json.loads(ended.out)
    seen = {one["name"]: one["verdict"] for one in file["examinations"][0]["stages"]}
    assert list(seen)[2:5] == ["first bytes", "path", "connect"]
    assert not {"port", "secret", "wrong secret"} & set(seen)
    assert seen["nothing left"] == "pass"
    assert ended.status == 0


def test_a_daemon_that_knows_no_unix_domain_sockets_is_told(wfc: Wfc) -> None:
    """It announces a port, and a factory would wait for that many bytes."""
    module = "import sys; sys.stdout.buffer.write(bytes([0, 0, 156, 64])); sys.stdout.flush()\n"
    (wfc.directory / "old.py").write_text(f"{module}sys.stdin.read()\n", encoding="utf-8")
    ended = wfc("doctor", "--daemon", "old", "--unix-sockets", "--json")
    (trouble,) = json.loads(ended.out)["examinations"][0]["troubles"]
    assert (trouble["stage"], trouble["symptom"]) == ("path", "not-a-path")
    assert ended.status == 8

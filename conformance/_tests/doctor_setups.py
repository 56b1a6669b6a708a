"""Set-ups for the doctor: broken ones, with what is to be said of each, and a way to ask it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.report.doctor_file import DoctorFile

if TYPE_CHECKING:
    from conformance._tests.command import Wfc

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


def examine(wfc: Wfc, setup: Setup, *arguments: str) -> DoctorFile:
    """Run the doctor; what it wrote must have the published form."""
    for name, text in setup.files.items():
        path = wfc.directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    worker = ("--worker", setup.worker) if setup.worker else ()
    ended = wfc("doctor", *words(wfc, setup), *worker, "--json", *arguments, **env_of(setup))
    assert not re.search(r"\b[0-9a-f]{64}\b", ended.out + ended.err)
    file = msgspec.json.decode(ended.out, type=DoctorFile)
    assert (ended.status, ended.err) == (file.exit_code, "")
    return file


def words(wfc: Wfc, setup: Setup) -> list[str]:
    limit = ["--limit", str(LIMIT_S), "--env", f"PYTHONPATH={wfc.directory}"]
    return ["--python", setup.python, "--daemon", setup.daemon, *limit]


def env_of(setup: Setup) -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), **setup.env}

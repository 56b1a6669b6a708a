"""`wfc doctor` on daemons that end, or that leave another process in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance._tests.command import Wfc
from conformance._tests.doctor_setups import LIVE, Setup, examine

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.report.doctor_file import Trouble

#: Announces a socket of its own.
ANNOUNCE = """
import os, socket, struct, sys
def announce(backlog):
    listening = socket.create_server(("127.0.0.1", 0), backlog=backlog)
    os.write(1, struct.pack("!i", listening.getsockname()[1]))
    return listening
"""
#: A pipe whose other end is closed when the parent has ended.
FORK = """
import os
ends, held = os.pipe()
if os.fork():
    os._exit({status})
os.close(held)
os.read(ends, 1)
"""


@pytest.fixture
def wfc(tmp_path: Path) -> Wfc:
    wfc = Wfc(tmp_path)
    wfc.shows_tracebacks = True
    return wfc


def trouble_of(wfc: Wfc, text: str, *arguments: str, status: int = 1) -> Trouble:
    """What the doctor makes of a daemon module."""
    setup = Setup("", "", status, "ending", files={"ending.py": text})
    file = examine(wfc, setup, *arguments)
    (trouble,) = file.examinations[0].troubles
    assert file.exit_code == status
    return trouble


def test_a_daemon_that_never_accepts_leaves_the_first_worker_waiting(wfc: Wfc) -> None:
    """Its backlog has room for that one connection, which Spark makes."""
    trouble = trouble_of(wfc, f"{ANNOUNCE}\nlistening = announce(0)\nsys.stdin.read()\n")
    assert (trouble.stage, trouble.symptom) == ("pid", "no-pid")
    assert "hangs" in trouble.spark_says
    assert "refused" not in trouble.saw + trouble.spark_says


def test_a_backlog_that_is_full_is_no_refusal(wfc: Wfc) -> None:
    """It times out."""
    text = f"""{ANNOUNCE}
listening = socket.create_server(("127.0.0.1", 0), backlog=0)
first = socket.create_connection(listening.getsockname())
os.write(1, struct.pack("!i", listening.getsockname()[1]))
sys.stdin.read()
"""
    trouble = trouble_of(wfc, text)
    assert (trouble.stage, trouble.symptom) == ("connect", "connect-times-out")
    assert trouble.saw == "127.0.0.1: no connection within 1 s, no refusal"
    assert "Connection timed out" in trouble.spark_says


def test_a_full_backlog_of_a_unix_domain_socket_is_no_refusal_either(wfc: Wfc) -> None:
    """Python alone would not wait for room in it, as the JVM does."""
    text = """
import os, socket, struct, sys
path = os.environ["PYTHON_WORKER_FACTORY_SOCK_DIR"] + "/s"
listening = socket.socket(socket.AF_UNIX)
listening.bind(path)
listening.listen(0)
first = socket.socket(socket.AF_UNIX)
first.connect(path)
os.write(1, struct.pack("!i", len(path)) + path.encode())
sys.stdin.read()
"""
    trouble = trouble_of(wfc, text, "--unix-sockets")
    assert (trouble.stage, trouble.symptom) == ("connect", "connect-times-out")
    assert "no connection within 1 s" in trouble.saw


def test_a_daemon_that_ends_at_its_first_connection_tells_its_status(wfc: Wfc) -> None:
    """It accepts, then ends: Spark sees the end of the connection."""
    text = f"{ANNOUNCE}\nworker, _ = announce(9).accept()\nsys.exit(7)\n"
    trouble = trouble_of(wfc, text)
    assert (trouble.stage, trouble.symptom) == ("pid", "ended-at-connect")
    assert "ended with status 7" in trouble.saw
    assert trouble.spark_says.startswith("java.io.EOFException")
    assert "ConnectException" not in trouble.spark_says


def test_a_daemon_that_ends_without_accepting_resets(wfc: Wfc) -> None:
    """The kernel resets what waits in its backlog."""
    text = f"{ANNOUNCE}\nimport select\nlistening = announce(9)\n"
    trouble = trouble_of(wfc, f"{text}select.select([listening], [], [])\nsys.exit(7)\n")
    assert (trouble.stage, trouble.symptom) == ("pid", "reset-before-pid")
    assert "ended with status 7" in trouble.saw
    assert "SocketException: Connection reset" in trouble.spark_says


def test_a_daemon_that_ends_after_its_announcement_tells_its_status(wfc: Wfc) -> None:
    """There is nobody to connect to."""
    trouble = trouble_of(wfc, f"{ANNOUNCE}\nannounce(9)\nsys.exit(7)\n")
    assert (trouble.stage, trouble.symptom) == ("connect", "ended-before-connect")
    assert "ended with status 7" in trouble.saw
    assert "ConnectException: Connection refused" in trouble.spark_says


def test_a_socket_that_is_closed_while_the_daemon_lives_is_refused(wfc: Wfc) -> None:
    """No end is blamed."""
    trouble = trouble_of(wfc, f"{ANNOUNCE}\nannounce(9).close()\nsys.stdin.read()\n")
    assert (trouble.stage, trouble.symptom) == ("connect", "refused")
    assert not any("ended" in words for words in (trouble.saw, *trouble.causes))


def test_a_child_that_holds_stdout_makes_spark_wait(wfc: Wfc) -> None:
    """The started process has ended, before its first byte; its stdout has not."""
    text = FORK.format(status=3) + "import sys\nsys.stdin.read()\n"
    trouble = trouble_of(wfc, text, status=8)
    assert (trouble.stage, trouble.symptom) == ("start", "held-stdout")
    assert "ended with status 3, but pid " in trouble.saw
    assert "still holds its stdout" in trouble.saw
    assert "EOFException" not in trouble.spark_says
    assert "hangs" in trouble.spark_says


@pytest.mark.parametrize("more", [(), ("--unix-sockets",)])
def test_a_child_that_serves_in_its_place_is_told(wfc: Wfc, more: tuple[str, ...]) -> None:
    """The pid is right; what is wrong is that the started process has ended."""
    live = "from reference_impl.daemon import Daemon, run\nrun(Daemon)\n" if more else LIVE
    trouble = trouble_of(wfc, FORK.format(status=0) + live, *more)
    assert (trouble.stage, trouble.symptom) == ("pid", "outlived")
    assert "ended with status 0, and pid" in trouble.saw
    assert "in its place" in trouble.saw
    assert "Stream closed" in trouble.spark_says

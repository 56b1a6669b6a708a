"""Simple workers, honest and not, by bytes."""

from __future__ import annotations

import os
import signal
import socket
from typing import TYPE_CHECKING

import pytest

from fake_daemons._tests.field import ERR_ON_WIRE, LIMIT_S, OK_ON_WIRE, SECRET_ON_WIRE, Field, Line

if TYPE_CHECKING:
    from fake_daemons._tests.factory_end import FactoryEnd

HONEST = "simple_well_behaved"


def test_simple_well_behaved(field: Field, factory: FactoryEnd) -> None:
    fake = factory.start(HONEST, WFC_PROBE_FACTORY="f1")
    line = factory.accept()
    assert line.read(10) == SECRET_ON_WIRE
    line.write(OK_ON_WIRE)
    assert line.pid() == fake.pid
    assert line.ask_who() == fake.pid
    assert os.getpgid(fake.pid) == fake.pid
    line.close()
    assert fake.wait() == 0
    told = [keys["what"] for keys in field.sightings() if keys["what"] not in {"env", "secret"}]
    before = ["start", "connect", "offer", "answer", "acknowledge", "serving"]
    assert told == [*before, "exchange", "closed", "end"]
    assert field.seen("answer", "simple", text="ok")
    assert field.seen("start", "simple", generation=1)
    assert field.seen("env", name="PYTHON_WORKER_FACTORY_PORT")
    assert field.seen("env", "simple", name="WFC_PROBE_FACTORY", value="f1")


def test_simple_worker_that_is_rejected_ends(field: Field, factory: FactoryEnd) -> None:
    fake = factory.start(HONEST)
    line = factory.accept()
    line.read(10)
    line.write(ERR_ON_WIRE)
    line.close()
    assert fake.wait() == 0
    assert field.seen("answer", text="err")
    assert field.seen("closed", how="eof")
    assert field.seen("acknowledge") == []


def test_simple_worker_that_comes_too_late_ends(field: Field, factory: FactoryEnd) -> None:
    """The factory has given up: that is no mistake of the fake's."""
    factory.close()
    fake = factory.start(HONEST)
    assert fake.wait() == 1
    assert field.seen("refused", "simple")
    assert field.seen("broke") == []


def test_simple_worker_dies_of_sigterm_and_tells(field: Field, factory: FactoryEnd) -> None:
    fake = factory.start(HONEST)
    factory.accept().read(10)
    fake.send_signal(signal.SIGTERM)
    assert fake.wait() == -signal.SIGTERM
    assert field.seen("signal", "simple", number=15)


def test_simple_worker_ignores_sigterm(field: Field, factory: FactoryEnd) -> None:
    fake = factory.start(HONEST, "sigterm=ignore")
    line = factory.accept()
    line.read(10)
    fake.send_signal(signal.SIGTERM)
    field.wait_for("fault", "simple", point="sigterm", action="ignore")
    line.write(OK_ON_WIRE)
    assert line.pid() == fake.pid


def test_simple_workers_count_their_own_generations(field: Field, factory: FactoryEnd) -> None:
    field.start("well_behaved").port()
    factory.start(HONEST, "start=exit:5@g2")
    factory.accept()
    assert factory.start(HONEST, "start=exit:5@g2").wait() == 5


def test_simple_never_connects(field: Field, factory: FactoryEnd) -> None:
    fake = factory.start("simple_never_connects")
    field.wait_for("fault", "simple", point="connect", action="never")
    fake.hang_up()
    assert factory.nobody_comes()
    fake.send_signal(signal.SIGTERM)
    assert fake.wait() == -signal.SIGTERM


def test_simple_connects_late(field: Field, factory: FactoryEnd) -> None:
    factory.start("simple_connects_late", WFC_SECONDS="0.1")
    field.wait_for("fault", "simple", point="connect", action="slow")
    assert factory.accept().read(10) == SECRET_ON_WIRE


def test_simple_wrong_secret(field: Field, factory: FactoryEnd) -> None:
    fake = factory.start("simple_wrong_secret")
    line = factory.accept()
    size = int.from_bytes(line.read(4), "big")
    assert line.read(size) != SECRET_ON_WIRE[4:]
    line.write(ERR_ON_WIRE)
    line.close()
    assert fake.wait() == 0
    assert field.seen("fault", "simple", point="offer", action="wrong")


def test_simple_half_secret(field: Field, factory: FactoryEnd) -> None:
    fake = factory.start("simple_half_secret")
    line = factory.accept()
    assert line.read(7) == SECRET_ON_WIRE[:7]
    line.close()
    field.wait_for("closed", "simple", how="eof")
    assert field.seen("fault", "simple", point="offer", action="half")
    assert fake.is_running()
    fake.send_signal(signal.SIGTERM)
    assert fake.wait() == -signal.SIGTERM


@pytest.mark.parametrize(("action", "sent"), [("empty", b"\0\0\0\0"), ("never", b"")])
def test_offers_without_a_secret(
    field: Field, factory: FactoryEnd, action: str, sent: bytes
) -> None:
    fake = factory.start(HONEST, f"offer={action}")
    line = factory.accept()
    assert line.read(len(sent)) == sent
    field.wait_for("fault", point="offer", action=action)
    line.close()
    assert fake.wait() == 0
    assert field.seen("closed", "simple")


def test_simple_no_pid(field: Field, factory: FactoryEnd) -> None:
    fake = factory.start("simple_no_pid")
    line = factory.accept()
    line.read(10)
    line.write(OK_ON_WIRE)
    field.wait_for("fault", "simple", point="pid", action="never")
    line.close()
    assert fake.wait() == 0
    assert field.seen("acknowledge") == []


@pytest.mark.parametrize(("n", "value"), [("", -1), ("5", -5)])
def test_simple_negative_pid(field: Field, factory: FactoryEnd, n: str, value: int) -> None:
    fake = factory.start("simple_negative_pid", WFC_N=n)
    line = factory.accept()
    line.read(10)
    line.write(OK_ON_WIRE)
    assert line.pid() == value
    line.close()
    assert fake.wait() == 0
    assert field.seen("fault", "simple", point="pid", action="pid")
    assert field.seen("serving") == []


def test_every_point_of_a_simple_worker_is_passed(field: Field, factory: FactoryEnd) -> None:
    points = ["start", "connect", "offer", "pid", "serve", "leave"]
    fake = factory.start(HONEST, ";".join(f"{point}=slow:0" for point in points))
    line = factory.accept()
    line.read(10)
    line.write(OK_ON_WIRE)
    line.pid()
    line.ask_who()
    line.close()
    fake.wait()
    struck = list(dict.fromkeys(seen["point"] for seen in field.seen("fault", "simple")))
    assert struck == points


def test_over_a_unix_domain_socket_the_pid_comes_first(field: Field) -> None:
    path = str(field.directory / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen(1)
        server.settimeout(LIMIT_S)
        over = {"PYTHON_UNIX_DOMAIN_ENABLED": "True", "PYTHON_WORKER_FACTORY_SOCK_PATH": path}
        fake = field.start(HONEST, **over)
        line = Line(server.accept()[0])
        assert line.pid() == fake.pid
        assert line.ask_who() == fake.pid
        line.close()
    assert fake.wait() == 0
    assert field.seen("connect")[0]["path"] == path


@pytest.mark.parametrize(("action", "status"), [("exit:3", 3), ("kill", -9), ("crash", -9)])
def test_simple_worker_goes(factory: FactoryEnd, action: str, status: int) -> None:
    fake = factory.start(HONEST, f"pid={action}")
    line = factory.accept()
    line.read(10)
    line.write(OK_ON_WIRE)
    assert line.end() == "eof"
    assert fake.wait() == status

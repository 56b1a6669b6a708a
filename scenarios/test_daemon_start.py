"""How a daemon starts: its group, its address, its announcement, its worker module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.daemons import (
    foreign_addresses,
    wrong_answers,
    wrong_ports,
    wrong_transcripts,
)
from conformance.check.plain import broken_promises, unequal_values
from conformance.contract.wire import encode_text
from conformance.drive.caller import PROBE_WORKER, START_S
from conformance.drive.clock import wait_until
from conformance.drive.host import has_ipv6
from conformance.errors import Unobservable
from conformance.observe import processes
from conformance.stage.hiring import connect, hire

if TYPE_CHECKING:
    from conformance.drive.caller import DaemonProcess
    from conformance.stage.stage import Stage

#: Importable like the probe, and like it in all but the name, which does not begin with
#: `pyspark`.
IMPOSTOR = "wfc_impostor"


def leads_its_group(daemon: DaemonProcess) -> bool:
    """Look at the daemon's process group."""
    seen = processes.look(daemon.pid)
    return seen is not None and seen.group_pid == daemon.pid


@pytest.mark.clauses("D-01", "D-02")
def test_group_and_socket_stand_before_the_announcement(stage: Stage) -> None:
    """The daemon's stdout is full, so that its announcement has to wait."""
    daemon = stage.daemon(is_stdout_full=True)
    leads = wait_until(lambda: leads_its_group(daemon), START_S)
    listening = wait_until(lambda: processes.listening_sockets(daemon.pid), START_S)
    stage.judge(
        "D-01",
        broken_promises(
            "missing_groups",
            holds=leads,
            expected="the daemon leads its process group before it announces",
            actual=f"{processes.look(daemon.pid)}",
        ),
    )
    stage.judge("D-02", foreign_addresses(listening), wrong_ports(listening, daemon.port))


@pytest.mark.clauses("D-03", "D-02")
@pytest.mark.parametrize("prefers", [None, "False"])
def test_the_port_is_announced_at_once(stage: Stage, prefers: str | None) -> None:
    """Nothing but the daemon itself flushes its stdout."""
    daemon = stage.daemon({"PYTHONUNBUFFERED": None, "SPARK_PREFER_IPV6": prefers})
    announced = daemon.port
    listening = processes.listening_sockets(daemon.pid)
    stage.judge("D-03", wrong_ports(listening, announced))
    stage.judge("D-02", foreign_addresses(listening))
    hire(stage, daemon)


@pytest.mark.clauses("D-04")
@pytest.mark.parametrize("prefers", ["True", "tRUE"])
def test_ipv6_is_used_where_it_is_preferred(stage: Stage, prefers: str) -> None:
    """Spark itself writes `True`; the daemon reads it in any case of letters."""
    if not has_ipv6():
        raise Unobservable("this host has no ::1")
    daemon = stage.daemon({"SPARK_PREFER_IPV6": prefers})
    worker = hire(stage, daemon, host="::1")
    addresses = [pair.partition(":")[0] for pair in processes.listening_sockets(daemon.pid)]
    stage.judge(
        "D-04",
        unequal_values("addresses", addresses, ["00000000000000000000000001000000"]),
        wrong_answers(worker.task("pid"), str(worker.pid)),
    )


@pytest.mark.clauses("D-35", "D-36")
def test_the_first_argument_names_the_worker_module(stage: Stage) -> None:
    """The worker module tells its name, and who imported it."""
    daemon = stage.daemon()
    asked = hire(stage, daemon)
    asked.send(encode_text("module"))
    wanted = encode_text(PROBE_WORKER)
    stage.judge("D-35", wrong_transcripts(asked.receive(len(wanted)), wanted))
    worker = hire(stage, daemon)
    stage.judge("D-36", wrong_answers(worker.task("imported"), str(worker.pid)))


@pytest.mark.clauses("D-08", "D-35")
def test_no_argument_will_do(stage: Stage) -> None:
    """As Spark starts it up to 3.5: some worker module of the daemon's own serves."""
    daemon = stage.daemon(worker_module="")
    worker = connect(stage, daemon)
    worker.read_pid()
    stage.judge("D-08", wrong_transcripts(worker.authenticate(), b"ok"))
    worker.send(encode_text("pid"))
    stage.judge(
        "D-35",
        broken_promises(
            "idle_workers",
            holds=bool(worker.receive(1)),
            expected="an answer of pyspark.worker, or what stands for it",
            actual="none",
        ),
    )


@pytest.mark.clauses("D-35")
def test_a_wrappers_own_argument_is_no_worker_module(stage: Stage) -> None:
    """The argument names a module that exists, but is not one of pyspark's."""
    worker = hire(stage, stage.daemon(worker_module=IMPOSTOR))
    worker.send(encode_text("module"))
    wanted = encode_text(IMPOSTOR)[:14]  # no worker that we know answers with less
    answer = worker.receive(len(wanted))
    stage.judge(
        "D-35",
        broken_promises(
            "foreign_worker_modules",
            holds=answer not in (wanted, b""),
            expected="pyspark.worker serves, or what stands for it",
            actual=f"{answer!r}",
        ),
    )


@pytest.mark.clauses("D-39")
def test_descriptors_may_be_large(stage: Stage) -> None:
    """The daemon holds 1100 descriptors before its own code begins."""
    daemon = stage.daemon({"WFC_PROBE_DESCRIPTORS": "1100"})
    worker = hire(stage, daemon)
    held = processes.descriptors(daemon.pid)
    if len(held) <= 1100:
        raise Unobservable(f"the daemon could hold {len(held)} descriptors only")
    listening = [number for number, target in held.items() if target.startswith("socket:")]
    answer = worker.task("pid")
    daemon.request_kill(worker.pid)
    stage.judge(
        "D-39",
        wrong_answers(answer, str(worker.pid)),
        unequal_values("the connection ends by", worker.how_it_ends(), "eof"),
        broken_promises(
            "small_descriptors",
            holds=max(listening, default=0) >= 1024,
            expected="its own sockets have numbers of 1024 and above",
            actual=f"{listening}",
        ),
    )
    connect(stage, daemon).close()

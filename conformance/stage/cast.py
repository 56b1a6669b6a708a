"""Who plays in a scenario: its daemons and workers, by what they told themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.contract.limits import MUST_HAPPEN_S
from conformance.drive.clock import wait_until
from conformance.evidence.findings import Finding
from conformance.observe import processes

if TYPE_CHECKING:
    from conformance.stage.factory import Worker
    from conformance.stage.stage import Stage


def daemon_pid(stage: Stage, generation: int = 1) -> int:
    """Tell which process is a daemon.

    Args:
        stage: where it plays.
        generation: its number among the daemons of the scenario, from 1.

    Returns:
        Its pid.

    Raises:
        ContractViolation: if that many daemons were not started.
    """
    started = stage.wait_for("start", "daemon", generation=generation)
    if started is None:
        wrong = Finding("wrong_start_counts", f"{generation} daemon starts", "fewer")
        raise stage.record.blame_main(wrong)
    return started.pid


def living_daemons(stage: Stage) -> tuple[int, ...]:
    """List the daemons of a scenario that live.

    Args:
        stage: where they play.

    Returns:
        Their pids.
    """
    started = [seen.pid for seen in stage.history.of("start", "daemon")]
    return tuple(pid for pid in started if processes.is_alive(pid))


def wait_for_ends(stage: Stage, allowed: int = 0) -> tuple[int, ...]:
    """Wait until at most so many daemons live.

    Args:
        stage: where they play.
        allowed: how many may live.

    Returns:
        Pids of those that live then, or when the time is over.
    """
    wait_until(lambda: len(living_daemons(stage)) <= allowed, MUST_HAPPEN_S)
    return living_daemons(stage)


def pid_of(worker: Worker) -> int:
    """Ask a worker that must answer which process it is.

    Args:
        worker: a fake, handed out by a factory.

    Returns:
        Its pid.

    Raises:
        ContractViolation: if it does not answer.
    """
    pid, _ = worker.echo()
    if pid is None:
        wrong = Finding("mute_handouts", f"{worker.name} answers", "it does not")
        raise worker.calls.record.blame_main(wrong)
    return pid

"""What a run does about an implementation's process that leaks."""

from __future__ import annotations

import resource

from conformance.drive.clock import wait_until
from conformance.observe import processes
from conformance.stage.opening import Wanted, open_run

from .command import REFERENCE

#: More scenarios than pass between two looks.
_MANY = 60


def test_a_process_that_has_leaked_much_is_replaced_between_scenarios() -> None:
    """Not while it holds little; once it holds half of what it may, before it can hold no more."""
    run = open_run(Wanted(impl=REFERENCE)).run
    try:
        pid = run.about.pid
        for _ in range(_MANY):
            run.next_number()
        assert run.session.is_lost is False
        assert run.sessions_started == 1
        held = len(processes.descriptors(pid))
        _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (2 * held - 1, hard))
        for _ in range(_MANY):
            run.next_number()
        assert run.session.is_lost is False
        assert run.sessions_started == 2
        assert run.about.pid != pid
        assert wait_until(lambda: processes.look(pid) is None, 5.0)
    finally:
        run.close()

"""Durations: those of the contract, with their sources, and the suite's own budgets."""

from __future__ import annotations

#: Spark 4.3.0 PythonWorkerFactory.PROCESS_WAIT_TIMEOUT_MS, the same since 2.4: how long a
#: failed start waits for the daemon to end before it reports.
PROCESS_WAIT_TIMEOUT_S = 10.0

#: Spark 4.3.0 PythonWorkerFactory.IDLE_WORKER_TIMEOUT_NS; 2.4: IDLE_WORKER_TIMEOUT_MS.
#: Counted from the last release to the factory, for the whole pool.
IDLE_WORKER_TIMEOUT_S = 60.0

#: How often Spark's monitor thread looks at the clock of the pool [J]; with it, idle workers
#: are closed 60 to 70 s after the last release (69.6 s and 69.8 s seen, [E2]).
MONITOR_TICK_S = 10.0

#: Spark 4.2.0 and later: how long create() waits for the first byte of the pid [E5].
FIRST_BYTE_WAIT_S = 60.0

#: How long createSimpleWorker waits for the connection, every release [E3].
CONNECT_BACK_S = 10.0

#: How long createSimpleWorker waits for the secret after the connection [E3].
SIMPLE_SECRET_S = 10.0

#: How long pyspark/daemon.py waits before it forks again after EAGAIN or EINTR [E4].
FORK_RETRY_S = 1.0

#: How long pyspark/daemon.py sleeps at most between two looks at its descriptors [P].
DAEMON_TICK_S = 1.0

#: What must happen: generous, because it is paid in full only by an implementation that
#: fails. A fork and a handshake take about 2 ms on an idle machine.
MUST_HAPPEN_S = 5.0

#: What must not happen: short, because it is paid in full by each one that passes, and
#: only beside a positive signal (a later event seen), never instead of one.
MUST_NOT_HAPPEN_S = 0.2

#: Between two looks at a condition: below one fork, above one look at /proc.
POLL_S = 0.002

#: For a call through the door: above the longest that the contract lets a call take with
#: a fake that misbehaves (simple worker: 10 s for the connection, 10 s for the secret).
#: What may take longer, as the first byte's 60 s, sets its own.
CALL_DEADLINE_S = 25.0

#: When a wait that should have a limit, and that no option shortens, is called endless:
#: above Spark's own longest limit on a start (PROCESS_WAIT_TIMEOUT_S).
ENDLESS_AFTER_S = 15.0

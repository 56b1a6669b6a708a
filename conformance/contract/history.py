"""What was wrong in Spark's history, and which scenario sees it.

Ids are Spark's own: JIRA issues, pull requests, advisories. What each scenario did on the
releases before and after the repair was measured by benchmarks/history.py and stands in
docs/history.json; docs/history.md shows both.
"""

from __future__ import annotations

from conformance.contract.bug import Bug

_ANNOUNCEMENT = "scenarios/test_announcement.py"
_DAEMON_FORK = "scenarios/test_daemon_fork.py"
_DAEMON_KILL = "scenarios/test_daemon_kill.py"
_DAEMON_SECRETS = "scenarios/test_daemon_secrets.py"
_DAEMON_START = "scenarios/test_daemon_start.py"
_DAEMON_TASKS = "scenarios/test_daemon_tasks.py"
_DAEMON_WORKERS = "scenarios/test_daemon_workers.py"
_ENVIRONMENT = "scenarios/test_environment.py"
_HANDSHAKE = "scenarios/test_handshake.py"
_IDLE_TIMEOUT = "scenarios/test_idle_timeout.py"
_POOL = "scenarios/test_pool.py"
_POOL_CAP = "scenarios/test_pool_cap.py"
_SIMPLE_WORKER = "scenarios/test_simple_worker.py"
_SIMPLE_WORKER_LIMITS = "scenarios/test_simple_worker_limits.py"
_SPARK_ENV = "scenarios/test_spark_env.py"
_START = "scenarios/test_start.py"

_TOO_OLD = "Spark 1.x is no package of PyPI's."
_NEVER_RELEASED = "The mistake was made and repaired between two releases."

#: Up to Spark 2.3; oldest repair first.
_EARLY = (
    Bug(
        id="SPARK-1394",
        wrong="Workers inherited the daemon's handler of SIGCHLD, so that user code that starts "
        "processes of its own could not wait for them.",
        fixed="1.1",
        clauses=("D-22",),
        scenarios=(f"{_DAEMON_WORKERS}::test_signals_mean_to_a_worker_what_they_usually_do",),
        mutants=("daemon_shares_signals",),
        unrun=_TOO_OLD,
    ),
    Bug(
        id="SPARK-1740",
        wrong="Cancelling a task did not kill its Python worker, which went on using the machine.",
        fixed="1.1",
        clauses=("D-12",),
        scenarios=(f"{_DAEMON_KILL}::test_a_kill_request_kills_the_worker_it_names",),
        mutants=("daemon_ignores_kill",),
        unrun=_TOO_OLD,
    ),
    Bug(
        id="SPARK-2764",
        wrong="Workers were grandchildren of the daemon, by way of a process for each core; the "
        "pid that the JVM knew was not always that of the worker.",
        fixed="1.1",
        clauses=("D-06",),
        scenarios=(f"{_DAEMON_WORKERS}::test_each_connection_gets_a_worker_of_its_own",),
        mutants=("daemon_scatters_workers",),
        unrun=_TOO_OLD,
    ),
    Bug(
        id="SPARK-2898",
        wrong="A fork that the kernel refused for a moment ended the daemon, and every worker "
        "with it.",
        fixed="1.1",
        clauses=("D-26", "D-27"),
        scenarios=(
            f"{_DAEMON_FORK}::test_a_fork_refused_for_now_is_tried_again",
            f"{_DAEMON_FORK}::test_a_fork_refused_for_good_is_signalled_on_the_connection",
        ),
        mutants=("daemon_gives_up_forking", "daemon_dies_of_failed_fork"),
        unrun=_TOO_OLD,
    ),
    Bug(
        id="SPARK-3030",
        wrong="Each task paid for the start of a worker, as none was used twice.",
        fixed="1.2",
        clauses=("D-29",),
        scenarios=(f"{_DAEMON_TASKS}::test_a_worker_is_reused_without_another_secret",),
        mutants=("daemon_never_reuses",),
        unrun=_TOO_OLD,
    ),
    Bug(
        id="SPARK-4088",
        wrong="A worker ended before the JVM had read its answer: the task failed with "
        "`Connection reset`.",
        fixed="1.2",
        clauses=("D-30",),
        scenarios=(f"{_DAEMON_TASKS}::test_without_reuse_a_worker_serves_one_task",),
        mutants=("daemon_leaves_after_task",),
        unrun=_TOO_OLD,
    ),
    Bug(
        id="CVE-2018-1334",
        wrong="There was no secret: whoever could connect to the daemon's port, any user of the "
        "machine, could have code run as the user of the job.",
        fixed="2.3.1",
        clauses=("D-09", "D-08"),
        scenarios=(
            f"{_DAEMON_SECRETS}::test_no_task_runs_before_the_secret_was_accepted",
            f"{_DAEMON_SECRETS}::test_a_wrong_secret_is_refused",
        ),
        mutants=("daemon_accepts_any_secret", "daemon_serves_strangers"),
        before="2.3.0",
        after="2.3.1",
        profile="spark-2.4",
    ),
)

#: Spark 2.4 to 3.5.
_MIDDLE = (
    Bug(
        id="SPARK-23240",
        wrong="Text that a module printed before the port was taken for the port, and the failure "
        "that came of it explained nothing.",
        fixed="2.4",
        clauses=("F-START-10",),
        scenarios=(
            f"{_ANNOUNCEMENT}::test_text_on_stdout_is_read_as_a_port",
            f"{_ANNOUNCEMENT}::test_a_number_that_is_no_port_is_refused",
        ),
        mutants=("bad_port_unnamed", "port_off_by_one"),
        unrun="The factory of Spark 2.3 starts `pyspark.daemon` alone, and so no fake.",
    ),
    Bug(
        id="SPARK-25771",
        wrong="The thread that closes idle workers locked itself and not the factory: a worker "
        "could be closed at the moment at which it was handed out.",
        fixed="3.0",
        clauses=("F-CONC-05",),
        scenarios=(f"{_IDLE_TIMEOUT}::test_no_worker_is_closed_while_it_is_handed_out",),
        mutants=("clean_up_looks_twice",),
        unrun="2.4.8 has it, but the moment is short and comes every 10 s; three runs did not "
        "meet it.",
    ),
    Bug(
        id="SPARK-26175",
        wrong="A worker had the daemon's stdin: user code that read from it blocked for ever, or "
        "ate the kill requests.",
        fixed="3.0",
        clauses=("D-23",),
        scenarios=(f"{_DAEMON_WORKERS}::test_a_worker_holds_nothing_of_the_daemons",),
        mutants=("daemon_shares_stdin",),
        before="2.4.8",
        after="3.0.0",
        profile="spark-3.0",
    ),
    Bug(
        id="SPARK-36062",
        wrong="Nobody knew the pid of a simple worker, so that its state could not be asked for.",
        fixed="3.2",
        clauses=("F-SIMP-05",),
        scenarios=(
            f"{_SIMPLE_WORKER}::test_a_simple_worker_that_proves_itself_is_handed_out",
            f"{_SIMPLE_WORKER}::test_a_negative_pid_is_a_failure",
        ),
        mutants=("simple_accepts_negative_pid",),
        before="3.1.3",
        after="3.2.0",
        profile="spark-3.2",
    ),
    Bug(
        id="SPARK-39508",
        wrong="The daemon listened on IPv4 alone: on a host without it no worker could start.",
        fixed="3.4",
        clauses=("D-04",),
        scenarios=(f"{_DAEMON_START}::test_ipv6_is_used_where_it_is_preferred",),
        mutants=("daemon_ignores_ipv6",),
        before="3.3.4",
        after="3.4.0",
        profile="spark-3.4",
    ),
    Bug(
        id="PR 41288",
        wrong="When the daemon's stdout ended before the port while its process still counted as "
        "alive, create() threw a NullPointerException that hid what had happened.",
        fixed="3.5",
        clauses=("F-START-12",),
        scenarios=(
            f"{_ANNOUNCEMENT}::test_the_end_of_stdout_before_the_port_is_reported",
            f"{_START}::test_a_failed_start_with_a_living_daemon_ends_in_time",
        ),
        mutants=("trips_over_closed_stdout",),
        before="3.4.4",
        after="3.5.0",
        profile="spark-3.5",
    ),
    Bug(
        id="SPARK-44348",
        wrong="Workers of all sessions shared one directory, and so the files that one session "
        "had uploaded.",
        fixed="3.5",
        clauses=("F-START-08",),
        scenarios=(
            f"{_ENVIRONMENT}::test_the_daemon_of_a_session_is_started_in_its_artifact_directory",
        ),
        mutants=("ignores_artifacts",),
        before="3.4.4",
        after="3.5.0",
        profile="spark-3.5",
    ),
)

#: Spark 4.0 and later.
_LATE = (
    Bug(
        id="SPARK-45245",
        wrong="The limit of 10 s on a simple worker's connection had no effect: create() hung if "
        "the worker never came.",
        fixed="4.0",
        clauses=("F-SIMP-02",),
        scenarios=(f"{_SIMPLE_WORKER_LIMITS}::test_no_wait_for_a_simple_worker_is_endless",),
        mutants=("simple_waits_for_connection",),
        unrun=_NEVER_RELEASED,
    ),
    Bug(
        id="SPARK-47346",
        wrong="Whether there is a daemon was one setting for the whole application: a request "
        "without one was given a daemon's worker.",
        fixed="4.0",
        clauses=("F-ENV-02",),
        scenarios=(f"{_SPARK_ENV}::test_one_key_with_and_without_daemon_is_an_error",),
        before="3.5.9",
        after="4.0.0",
        profile="spark-4.0",
    ),
    Bug(
        id="SPARK-47565",
        wrong="A worker that had died while it was idle was handed out, and the next query failed "
        "for no fault of its own.",
        fixed="4.0",
        clauses=("F-POOL-03", "F-POOL-05"),
        scenarios=(
            f"{_POOL}::test_a_dead_idle_worker_is_discarded_for_the_next",
            f"{_POOL}::test_with_dead_idle_workers_alone_a_new_one_is_made",
        ),
        mutants=("hands_out_dead", "dead_workers_end_create"),
        before="3.5.9",
        after="4.0.0",
        profile="spark-4.0",
    ),
    Bug(
        id="SPARK-48705",
        wrong="The daemon took its first argument for the worker module although a wrapper of the "
        "user's had passed it for purposes of its own.",
        fixed="4.0",
        clauses=("D-35",),
        scenarios=(f"{_DAEMON_START}::test_a_wrappers_own_argument_is_no_worker_module",),
        mutants=("daemon_obeys_any_argument",),
        unrun=_NEVER_RELEASED,
    ),
    Bug(
        id="lazy mapValues",
        wrong="stop() ended no simple worker, because what should have done so was never "
        "evaluated: their processes stayed.",
        fixed="4.0",
        clauses=("F-SIMP-09",),
        scenarios=(f"{_SIMPLE_WORKER}::test_stop_terminates_all_simple_workers",),
        mutants=("simple_survives_stop",),
        before="3.5.9",
        after="4.0.0",
        profile="spark-4.0",
    ),
    Bug(
        id="SPARK-52642",
        wrong="Queue and registry could fall out of step, and create() then failed with "
        "`key not found`.",
        fixed="4.1",
        clauses=("F-POOL-06",),
        scenarios=(f"{_POOL}::test_a_queued_worker_that_is_not_registered_is_discarded",),
        mutants=("unknown_worker_ends_create",),
        before="4.0.5",
        after="4.1.0",
        profile="spark-4.1",
    ),
    Bug(
        id="SPARK-52971",
        wrong="The pool of idle workers grew without limit, and with it the memory that they held.",
        fixed="4.1",
        clauses=("F-POOL-09",),
        scenarios=(f"{_POOL_CAP}::test_the_oldest_idle_worker_is_stopped_when_the_pool_is_full",),
        mutants=("boundless_pool",),
        unrun="Spark 4.0 has no such setting: the scenario is UNVERIFIED there, which is no "
        "failure.",
    ),
    Bug(
        id="SPARK-54344",
        wrong="A worker whose output could not be flushed went on, out of step with the JVM, and "
        "the next task on it got stuck.",
        fixed="4.1",
        clauses=("D-40",),
        scenarios=(f"{_DAEMON_TASKS}::test_a_worker_that_cannot_flush_its_output_ends",),
        mutants=("daemon_ignores_failed_flush",),
        before="4.0.5",
        after="4.1.0",
        profile="spark-4.1",
    ),
    Bug(
        id="SPARK-54640",
        wrong="A daemon with 1024 descriptors and more failed to wait for its sockets "
        "(SPARK-51966 too).",
        fixed="4.2",
        clauses=("D-39",),
        scenarios=(f"{_DAEMON_START}::test_descriptors_may_be_large",),
        mutants=("daemon_selects",),
        before="4.1.4",
        after="4.2.0",
        profile="spark-4.2",
    ),
    Bug(
        id="SPARK-54456",
        wrong="The daemon imported the worker module before it forked; where an import had "
        "started threads, workers dead-locked.",
        fixed="4.2",
        clauses=("D-36",),
        scenarios=(f"{_DAEMON_START}::test_the_first_argument_names_the_worker_module",),
        mutants=("daemon_imports_early",),
        before="4.1.4",
        after="4.2.0",
        profile="spark-4.2",
    ),
    Bug(
        id="SPARK-54711",
        wrong="A worker that hung before its pid made create() wait for ever, and the executor "
        "with it.",
        fixed="4.2",
        clauses=("F-CONN-15", "F-RST-07"),
        scenarios=(
            f"{_HANDSHAKE}::test_a_worker_that_never_acknowledges_costs_the_daemon_its_place",
        ),
        mutants=("waits_for_pid_for_ever", "silence_is_no_loss"),
        before="4.1.4",
        after="4.2.0",
        profile="spark-4.2",
    ),
    Bug(
        id="SPARK-57931",
        wrong="A reused worker was in whatever mode its last owner had left it in: one left "
        "blocking had no selector, and the next task failed on that.",
        fixed="4.3",
        clauses=("F-CONN-17",),
        scenarios=(
            f"{_HANDSHAKE}::test_a_worker_left_in_blocking_mode_is_handed_out_in_the_other",
        ),
        mutants=("hands_out_as_left",),
        before="4.2.1",
        after="4.3.0",
        profile="spark-4.3",
    ),
)

#: All bugs, oldest repair first.
BUGS: tuple[Bug, ...] = _EARLY + _MIDDLE + _LATE


def bugs_of(clause_id: str) -> tuple[Bug, ...]:
    """Select the bugs that broke a clause.

    Args:
        clause_id: its id.

    Returns:
        The bugs, oldest repair first.
    """
    return tuple(bug for bug in BUGS if clause_id in bug.clauses)

"""What else was changed around Spark's factories and daemons, and why no scenario sees it."""

from __future__ import annotations

from conformance.contract.bug import Unseen

_RUNNER = "It is about the runner, the factory's caller, whose place the suite takes."
_WORKER = "It is about the worker module, whose place the suite's own takes."
_FEATURE = "It brought something new, and mended nothing."

#: What the suite does not see, in the order of the ids.
UNSEEN: tuple[Unseen, ...] = (
    Unseen("SPARK-22535", "A worker was killed without a moment's grace after its task.", _RUNNER),
    Unseen(
        "SPARK-22959",
        "The modules of daemon and worker can be chosen.",
        "It brought something new; without it no fake could be started.",
    ),
    Unseen("SPARK-25822", "A closed worker came into the pool when a task ended early.", _RUNNER),
    Unseen("SPARK-29619", "The port might be read again after a failure.", "It was not adopted."),
    Unseen(
        "SPARK-29885",
        "The message on a daemon without a port lacked its exit status.",
        "F-START-11 leaves the status open, as it is chance whether the JVM knows it yet.",
    ),
    Unseen("SPARK-31149", "Daemons were left after a job on YARN.", "It was not adopted."),
    Unseen("SPARK-33339", "SystemExit in user code left the JVM waiting for ever.", _WORKER),
    Unseen("SPARK-35009", "A worker was destroyed by several monitor threads.", _RUNNER),
    Unseen("SPARK-38677", "Task, writer and worker dead-locked on full buffers.", _RUNNER),
    Unseen("SPARK-44705", "The runner got along with one thread.", _FEATURE),
    Unseen(
        "SPARK-45302",
        "The pid of simple workers went and came back.",
        "It came and went between two releases.",
    ),
    Unseen("SPARK-51688", "Unix domain sockets.", _FEATURE),
    Unseen("SPARK-53501", "The cache of factories moves.", "Spark 4.3.0 is without it."),
    Unseen("SPARK-53759", "A simple worker ended without flushing, from Python 3.12 on.", _WORKER),
    Unseen("SPARK-53975", "Log lines are caught on the daemon's stdout.", _FEATURE),
    Unseen(
        "SPARK-54055",
        "Each session has a factory, and its daemon and thread, that nobody stops.",
        "It is not mended: F-STOP-11 tells of the thread, as KNOWN, on every line.",
    ),
    Unseen("SPARK-54217", "A worker just released was destroyed by a monitor.", _RUNNER),
    Unseen(
        "SPARK-54740",
        "The fault handler came on too late to tell of a crash right after the fork.",
        "No clause says when it comes on.",
    ),
    Unseen(
        "SPARK-57066",
        "Secrets were compared in a time that told how much of them was right.",
        "F-CONN-18 can be read in the source alone.",
    ),
    Unseen("SPARK-58119", "Handles of workers became abstract.", _FEATURE),
)

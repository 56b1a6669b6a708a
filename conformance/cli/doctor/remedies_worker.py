"""Symptoms of workers, from the secret to the end; the likeliest cause stands first."""

from __future__ import annotations

from conformance.cli.doctor.remedy import (
    AUTH,
    CRASHED,
    EOF_OF_WORKER,
    HANGS,
    NOTHING,
    OWN_DAEMON,
    REFUSED,
    STDERR,
    Remedy,
)

SECRETS = {
    "refused-secret": Remedy(
        AUTH,
        ("the module compares with another secret than PYTHON_WORKER_FACTORY_SECRET",),
        "read the secret from the daemon's environment, at each connection",
    ),
    "garbled-reply": Remedy(
        AUTH,
        (
            "a daemon module that replies otherwise than by the length 2 and `ok`",
            "something writes to the connection before the reply",
        ),
        OWN_DAEMON,
    ),
    "no-reply": Remedy(
        HANGS,
        (
            "a daemon module that never reads the secret, or reads it in another form",
            "the worker waits for a lock that a thread held at the fork",
        ),
        OWN_DAEMON,
    ),
    "closed-before-reply": Remedy(
        EOF_OF_WORKER,
        ("the worker died when it read the secret; " + STDERR,),
        OWN_DAEMON,
    ),
    "reset-before-reply": Remedy(
        REFUSED.rsplit(";", 1)[0] + "; then SocketException: Connection reset",
        ("the worker died when it read the secret; " + STDERR,),
        OWN_DAEMON,
    ),
    "half-reply": Remedy(EOF_OF_WORKER, ("the worker died while it replied",), OWN_DAEMON),
    "wrong-secret-pends": Remedy(
        NOTHING, ("a daemon module that waits instead of refusing",), "reply `err` and close"
    ),
    "accepts-any-secret": Remedy(
        NOTHING + "; every user of this host can run code as Spark (as in CVE-2018-1334)",
        ("a daemon module that does not compare the secret",),
        "compare it with PYTHON_WORKER_FACTORY_SECRET; use pyspark.daemon until then",
    ),
    "wrong-secret-stays": Remedy(
        NOTHING, ("a worker that waits after its refusal",), "close the connection after `err`"
    ),
    "no-secret": Remedy(
        "", ("the worker connects, but waits: for a lock, for an import",), OWN_DAEMON
    ),
    "closed-before-secret": Remedy(
        "", ("the worker ends after it connected; " + STDERR,), "run it by hand"
    ),
    "reset-before-secret": Remedy(
        "", ("the worker ends after it connected; " + STDERR,), "run it by hand"
    ),
    "half-secret": Remedy("", ("the worker ends while it sends it",), "run it by hand"),
    "wrong-secret": Remedy(
        "",
        ("a worker module that takes the secret from elsewhere",),
        "send PYTHON_WORKER_FACTORY_SECRET",
    ),
    "never-connects": Remedy(
        "",
        (
            "a start that takes more than Spark's 10 s: slow imports, a slow file system",
            "a worker that connects to another address: localhost in /etc/hosts",
        ),
        "run `{python} -X importtime -m {module}` by hand to see what is slow",
    ),
}

WORKERS = {
    "no-answer": Remedy(
        HANGS,
        (
            "the worker module waits while it is imported: for a lock, for the network",
            "a worker module that speaks another protocol",
        ),
        "take a stack by `py-spy dump --pid …`",
    ),
    "closed-before-answer": Remedy(
        CRASHED,
        (
            "the worker module, or a package it imports, cannot be imported; " + STDERR,
            "it crashes in C code: segmentation fault, another version of a library",
            "it is killed for its memory; see the kernel's log and the container's limit",
        ),
        "run `{python} -c 'import {worker}'` by hand",
    ),
    "reset-before-answer": Remedy(
        CRASHED,
        ("the worker crashes at its first task; " + STDERR,),
        "run `{python} -c 'import {worker}'` by hand",
    ),
    "half-answer": Remedy(
        CRASHED,
        ("the worker ends without flushing (SPARK-53759: Python 3.12, before 3.5.9)",),
        "use the newest patch release of Spark",
    ),
    "spins": Remedy(
        NOTHING + "; each idle worker that Spark closes burns a processor from then on",
        (
            "a worker module that reads on at the end of its connection",
            "a wrapper that catches SystemExit or EOFError and starts over",
        ),
        "end the worker when a read gives nothing",
    ),
    "stays": Remedy(
        NOTHING + "; workers pile up",
        (
            "a wrapper that catches SystemExit or EOFError",
            "threads of a package that keep the process from ending",
        ),
        "end the worker by os._exit when its connection ends",
    ),
    "stdin-closed": Remedy(
        "java.io.IOException: Broken pipe, when a task is cancelled",
        ("a daemon module that closes or replaces its stdin",),
        "read kill requests, 4 bytes each, from descriptor 0",
    ),
    "kill-ignored": Remedy(
        NOTHING + "; workers of cancelled tasks go on",
        ("a daemon module that does not read kill requests from its stdin",),
        "read 4 bytes, a pid, from stdin, and send it SIGKILL",
    ),
    "dies-of-kill": Remedy(
        "WARN Failed to open socket to Python daemon, at the next task",
        ("a daemon module that takes a kill request for its own end",),
        OWN_DAEMON,
    ),
    "stays-after-hang-up": Remedy(
        NOTHING + "; daemons stay when executors end",
        ("a daemon module that does not look at the end of its stdin",),
        "end when a read of stdin gives nothing",
    ),
    "left": Remedy(
        NOTHING + "; workers stay when executors end",
        (
            "workers that ignore SIGHUP, or left the daemon's process group",
            "a package that starts processes of its own",
        ),
        "send SIGHUP to the group at the end, and leave its default in workers",
    ),
}

"""Symptoms of Pythons and daemons, up to the pid; the likeliest cause stands first."""

from __future__ import annotations

from conformance.cli.doctor.remedies_worker import SECRETS, WORKERS
from conformance.cli.doctor.remedy import (
    BAD_PORT,
    CANNOT_RUN,
    EOF,
    EOF_OF_WORKER,
    FIRST_BYTE,
    HANGS,
    NOT_LAUNCHED,
    NOTHING,
    OWN_DAEMON,
    REFUSED,
    STDERR,
    Remedy,
)

_PYTHONS = {
    "no-program": Remedy(
        CANNOT_RUN + "2, No such file or directory",
        (
            "no Python of that name on this host, or not on the PATH of Spark's process",
            "a path of the driver's host, or of an archive that is not unpacked here",
        ),
        "install it, or name one by spark.pyspark.python or PYSPARK_PYTHON, by its whole path",
    ),
    "not-executable": Remedy(
        CANNOT_RUN + "13, Permission denied",
        (
            "the execute bit was lost, as in an archive that was packed without it",
            "a file system that is mounted noexec",
            "a directory above it that Spark's user may not enter",
            "the name is that of a directory, as of an environment without its bin/python",
        ),
        "name the Python itself, not its directory; chmod +x it, or unpack the archive where "
        "programs may run",
    ),
    "no-interpreter-of-script": Remedy(
        CANNOT_RUN + "2, No such file or directory",
        ("the program that its first line (#!) or its ELF header names is not on this host",),
        "make the environment anew on this host, or relocatable (venv-pack, conda-pack)",
    ),
    "wrong-format": Remedy(
        EOF + ", a syntax error of /bin/sh: the JVM has it run what the kernel cannot",
        ("a program for another processor", "a program that was cut short when it was copied"),
        "use a Python that is built for this host",
    ),
    "not-started": Remedy(
        CANNOT_RUN + "…",
        ("the limits on processes or memory of Spark's user are reached",),
        "see `ulimit -a` of Spark's process, and the limits of the container",
    ),
    "no-python": Remedy(
        EOF,
        ("the name leads to something else, as a wrapper script that fails",),
        "name a Python by spark.pyspark.python or PYSPARK_PYTHON, by its whole path",
    ),
    "hangs": Remedy(
        HANGS,
        (
            "a wrapper script that waits for input, or for the network",
            "a start-up file (sitecustomize, .pth) that does",
        ),
        "run `{python} -c pass` by hand, then `{python} -I -S -c pass`",
    ),
    "broken-site": Remedy(
        EOF,
        ("a start-up file ends Python: sitecustomize, usercustomize or a .pth file",),
        "run `{python} -X importtime -c pass` by hand: it fails behind the last line",
    ),
    "too-old": Remedy(
        EOF,
        (
            "PYSPARK_PYTHON is not set on the driver, and python3 is the system's",
            "Spark was upgraded, Python was not",
        ),
        "name a newer Python by spark.pyspark.python or PYSPARK_PYTHON, on all hosts",
    ),
    "other-minor": Remedy(
        "PySparkRuntimeError: [PYTHON_VERSION_MISMATCH] Python in worker has different version "
        "than that in driver",
        (
            "PYSPARK_PYTHON is not set, and python3 is another one here than on the driver",
            "the driver runs in an environment that was not shipped to the executors",
        ),
        "set PYSPARK_PYTHON (executors) and PYSPARK_DRIVER_PYTHON (driver) to one version",
    ),
    "no-runner": Remedy(
        CANNOT_RUN + "2, No such file or directory",
        ("this image has no Python at all, or only one before 3.8, to run these stages either",),
        "install Python 3.8 or later in the image, or ship an environment (--archives)",
    ),
}

_STARTS = {
    "module-missing": Remedy(
        EOF,
        (
            "the package is not installed in this Python: another environment has it",
            "spark.python.daemon.module or spark.python.worker.module is misspelt",
            "PYTHONPATH, SPARK_HOME or --py-files do not reach this process",
        ),
        "run `{python} -c 'import sys; print(sys.path)'` on this host; install it there",
    ),
    "import-error": Remedy(
        EOF,
        (
            "a package that the module imports is missing here, or of another version",
            "PySpark of another release than Spark: names it imports have moved",
            "a Python too old for it",
        ),
        "run `{python} -m {module}` by hand: " + STDERR,
    ),
    "exited": Remedy(
        EOF,
        (
            "an exception at its start; " + STDERR,
            "a limit on memory or processes (status 137: killed, as by the container's limit)",
            "it was started as leader of a session, where it cannot make a process group",
        ),
        "run `{python} -m {module}` by hand, with the same environment",
    ),
    "silent": Remedy(
        HANGS,
        (
            "an import that waits: for the network, a lock, a file system that hangs",
            "a wrapper of {daemon} that never calls its manager()",
        ),
        "run `{python} -X importtime -m {module}` by hand: the last line is where it waits",
    ),
    "held-stdout": Remedy(
        HANGS + "; its read ends only when the last process that holds this stdout does",
        (
            "a process that the module, or a wrapper script, started in the background",
            "a daemon module that forks, and whose first process ends; the other one waits",
        ),
        "start background processes with another stdout; stay in the process that was started",
    ),
    "floods-stderr": Remedy(
        HANGS,
        ("more than 64 kB on standard error before the port: Spark reads it only then",),
        "write less there while modules are imported: warnings, tracing, PYTHONVERBOSE",
    ),
    "closed-stdout": Remedy(
        "EOFException occurred while reading the port number from {daemon}'s stdout., 10 s later",
        ("something closed or replaced descriptor 1 before the port was written",),
        OWN_DAEMON,
    ),
    "text": Remedy(
        BAD_PORT,
        (
            "a print in a start-up file: sitecustomize, usercustomize, a .pth file, conda",
            "a print while a module is imported, as of a profiler or a license banner",
            "a wrapper script around Python that echoes",
            "a print of the daemon module itself, before it announces",
        ),
        "make it print to standard error, or not at all",
    ),
    "half-port": Remedy(
        EOF,
        ("somebody else wrote these bytes", "the daemon ended while it wrote its port"),
        OWN_DAEMON,
    ),
    "not-a-port": Remedy(
        BAD_PORT,
        (
            "something wrote to standard output before the port",
            "a daemon module that writes its port in another form than 4 bytes, big endian",
        ),
        OWN_DAEMON,
    ),
    "foreign-port": Remedy(
        REFUSED,
        (
            "something wrote 4 bytes before the port, which look like one: Spark cannot tell",
            "a daemon module that announces another port than it listens on",
        ),
        "make it write to standard error, or not at all",
    ),
    "not-a-path": Remedy(
        HANGS,
        (
            "a daemon module that knows no Unix domain sockets, and announces a port",
            "something wrote to standard output before the path",
        ),
        "leave spark.python.unix.domain.socket.enabled off, or take a daemon of Spark 4.1 or later",
    ),
    "half-path": Remedy(
        HANGS,
        ("the daemon ended while it wrote its path", "a length that counts something else"),
        OWN_DAEMON,
    ),
    "no-socket": Remedy(
        EOF,
        ("a daemon module that announces its path before it listens there",),
        OWN_DAEMON,
    ),
    "left-socket": Remedy(
        NOTHING + "; the directory of sockets fills up",
        ("a daemon module that ends without removing its socket, as one that is killed does",),
        OWN_DAEMON,
    ),
}

_CONNECTIONS = {
    "refused": Remedy(
        REFUSED,
        (
            "a daemon module that closes its socket after the announcement",
            "a firewall, or a sandbox that forbids the loopback interface",
            "the daemon listens on another address than the loopback's",
        ),
        "see by `ss -ltnp` where it listens while it runs",
    ),
    "ended-before-connect": Remedy(
        REFUSED,
        (
            "an exception in the daemon, after its announcement or its last worker; " + STDERR,
            "a limit on memory (status 137, or killed: as by the container's limit)",
        ),
        "run `{python} -m {module}` by hand, with the same environment",
    ),
    "connect-times-out": Remedy(
        "nothing for some two minutes, as the kernel tries; then WARN Failed to open socket to "
        "Python daemon, a second try, and java.net.ConnectException: Connection timed out (over a "
        "Unix domain socket: nothing; Spark waits)",
        (
            "the daemon does not accept, and others already wait: its backlog is full",
            "a firewall that drops what it should refuse",
        ),
        "take a stack by `py-spy dump --pid …`; see by `ss -ltn` whether Recv-Q exceeds Send-Q",
    ),
    "wrong-family": Remedy(
        REFUSED,
        (
            "a daemon module that binds one family whatever SPARK_PREFER_IPV6 says",
            "the JVM prefers the other family: java.net.preferIPv6Addresses",
        ),
        "bind ::1 if SPARK_PREFER_IPV6 is True, else 127.0.0.1; or set the JVM's property",
    ),
    "no-pid": Remedy(
        FIRST_BYTE,
        (
            "the daemon's fork waits: a thread that an import started holds a lock",
            "a daemon module that reads the secret first; the pid comes first",
            "a daemon module that does not accept: the kernel alone has taken the connection",
        ),
        "take a stack by `py-spy dump --pid …`; leave imports that start threads to the worker",
    ),
    "closed-before-pid": Remedy(
        EOF_OF_WORKER,
        ("the fork failed or the worker died at once: limits on processes or memory",),
        "see `ulimit -u`, the container's limits, and " + STDERR,
    ),
    "ended-at-connect": Remedy(
        EOF_OF_WORKER + "; the next task starts another one",
        (
            "an exception in the daemon when it accepts, as where it forks; " + STDERR,
            "a module that serves one connection itself, then ends",
        ),
        OWN_DAEMON,
    ),
    "reset-before-pid": Remedy(
        REFUSED.rsplit(";", 1)[0] + "; then SocketException: Connection reset",
        (
            "the daemon died while the connection waited",
            "the worker closed it unread, or reset it",
        ),
        "run it by hand: " + STDERR,
    ),
    "half-pid": Remedy(EOF_OF_WORKER, ("the worker died while it wrote its pid",), OWN_DAEMON),
    "negative-pid": Remedy(
        NOT_LAUNCHED + " with code …",
        ("the daemon could not fork: limits on processes or memory",),
        "see `ulimit -u` and the container's limits (pids.max)",
    ),
    "gone-pid": Remedy(
        NOT_LAUNCHED + ". (since 4.0; before, any number passes)",
        (
            "the daemon writes errno where a pid is expected: 11 and 12 mean that fork failed",
            "the worker died at once",
            "pids of another namespace",
        ),
        "see `ulimit -u` and the container's limits (pids.max)",
    ),
    "outlived": Remedy(
        "java.io.IOException: Stream closed, when a task is cancelled: the JVM closes the stdin of "
        "a process that has ended, so the one that goes on reads its end there, and may end of it",
        (
            "a daemon module that forks into the background, and whose first process ends",
            "a wrapper script that starts Python in the background (`&`, nohup, setsid)",
        ),
        "stay in the process that was started: no fork before the announcement, `exec` in a script",
    ),
    "foreign-pid": Remedy(
        NOTHING + "; a cancelled task's kill request strikes another process",
        (
            "a daemon module that tells its own pid, or its parent's",
            "pids of another namespace",
        ),
        "tell the pid of the process that serves the connection",
    ),
}

#: By symptom. A simple worker's is always wrapped in one message of Spark's.
REMEDIES: dict[str, Remedy] = {**_PYTHONS, **_STARTS, **_CONNECTIONS, **SECRETS, **WORKERS}
SIMPLE_SAYS = "org.apache.spark.SparkException: Python worker failed to connect back."

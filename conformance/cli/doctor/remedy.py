"""What is known of a symptom, and the words of Spark's that come of several.

Spark's words are those of its releases since 3.5.
"""

from __future__ import annotations

from typing import NamedTuple

EOF = (
    "EOFException occurred while reading the port number from {daemon}'s stdout and "
    "terminated with code: …, after `Error from python worker:` and the daemon's stderr"
)
BAD_PORT = "Bad data in {daemon}'s standard output. Invalid port number{or_path}: …"
CANNOT_RUN = 'java.io.IOException: Cannot run program "{python}": error='
HANGS = "nothing: Spark waits, without a limit; the task hangs"
FIRST_BYTE = (
    "nothing before 4.2: the task hangs; since then, after 60 s and a second try, "
    "SocketTimeoutException: Timed out while waiting for the Python worker to connect back"
)
EOF_OF_WORKER = "java.io.EOFException, without a restart of the daemon"
AUTH = "java.lang.IllegalArgumentException: Authentication failed."
CRASHED = "Python worker exited unexpectedly (crashed)"
NOT_LAUNCHED = "java.lang.IllegalStateException: Python daemon failed to launch worker"
NOTHING = "nothing; Spark does not see it"
REFUSED = (
    "WARN Failed to open socket to Python daemon; WARN Assuming that daemon unexpectedly quit, "
    "attempting to restart; then java.net.ConnectException: Connection refused"
)
OWN_DAEMON = "set spark.python.daemon.module back to pyspark.daemon and see whether it works"
STDERR = "what stands on its standard error says where"


class Remedy(NamedTuple):
    """What is known of a symptom.

    Attributes:
        spark_says: the message that Spark makes of it.
        causes: the likely ones, the likeliest first.
        to_do: what helps.
    """

    spark_says: str
    causes: tuple[str, ...]
    to_do: str

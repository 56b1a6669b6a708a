"""What the factory logs: log4j writes it to a file, and the door passes it on in time."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LOG_FILE = "factory.log"

_CHUNK_BYTES = 65536

#: One line of JSON for each event of the factory's logger, flushed before the call that
#: logs goes on; everything else that is an error goes to standard error.
LOG4J = """\
status = error
appender.file.type = File
appender.file.name = file
appender.file.fileName = {file}
appender.file.append = false
appender.file.immediateFlush = true
appender.file.layout.type = PatternLayout
appender.file.layout.charset = UTF-8
appender.file.layout.alwaysWriteExceptions = false
appender.file.layout.pattern = {{"level": "%p", "logger": "%c", \
"message": "%enc{{%m}}{{JSON}}", "thrown": "%enc{{%throwable{{1}}}}{{JSON}}"}}%n
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c: %m%n%throwable
rootLogger.level = error
rootLogger.appenderRef.console.ref = console
logger.factory.name = org.apache.spark.api.python.PythonWorkerFactory
logger.factory.level = warn
logger.factory.additivity = false
logger.factory.appenderRef.file.ref = file
"""


class LogTail:
    """Pass on the lines that came since the last look.

    The file is made if need be; `send` takes level, logger and message.
    """

    def __init__(self, path: str, send: Callable[[str, str, str], None]) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._send = send
        self._offset = 0
        self._rest = b""
        self._looking = threading.Lock()

    def pass_on(self) -> None:
        """Send what is new; when this returns, whoever looked has sent it."""
        with self._looking:
            for line in self._new_lines():
                event = json.loads(line)
                message = f"{event['message'].strip()} {event['thrown'].strip()}".strip()
                self._send(event["level"], event["logger"], message)

    def _new_lines(self) -> list[bytes]:
        fresh, more = b"", b"?"
        while more:  # no assignment expression: Spark 2.4 has Python 3.7
            more = os.pread(self._file, _CHUNK_BYTES, self._offset)
            self._offset += len(more)
            fresh += more
        *lines, self._rest = (self._rest + fresh).split(b"\n")
        return lines

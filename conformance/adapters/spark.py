"""The Spark door: a virtual environment's own PythonWorkerFactory, through py4j.

Runs in the interpreter of that environment (PySpark 2.4 or newer, Python 3.7 or newer) on
the standard library and py4j alone. The adapter holds one JVM with one SparkContext; its
Java half (spark_door.java) does each call of the door in one round trip.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import Any

from conformance.adapters.dispatcher import Dispatcher, Fatal, Handler
from conformance.adapters.spark_calls import SparkDoor
from conformance.adapters.spark_jvm import Jvm
from conformance.adapters.spark_log import LOG_FILE, LogTail


def main() -> None:
    """Serve until the channel closes, then end the JVM and all it started."""
    logging.disable()  # py4j writes a page for each call that the end of the JVM cuts off
    handlers: dict[str, Handler] = {}
    dispatcher = Dispatcher(handlers)
    try:
        jvm = Jvm()  # on the main thread, which outlives it; it comes up meanwhile
    except Fatal as fault:
        handlers["initialize"] = _failing(fault)
        dispatcher.serve()
        sys.exit(1)
    log = LogTail(os.path.join(jvm.folder, LOG_FILE), dispatcher.log)
    handlers.update(_logging(SparkDoor(jvm, dispatcher.hang_up).handlers(), log))
    threading.Thread(target=_watch, args=(jvm, dispatcher), daemon=True).start()
    dispatcher.serve()
    jvm.end()
    os._exit(0)  # calls that never return must not hold the process


def _failing(fault: Fatal) -> Handler:
    def fail(_params: dict[str, Any]) -> dict[str, Any]:
        raise fault

    return fail


def _watch(jvm: Jvm, dispatcher: Dispatcher) -> None:
    """Hang up as soon as the JVM has gone: whoever waits for it learns that it is lost."""
    jvm.wait()
    if jvm.is_open:  # else `initialize` tells what went wrong
        dispatcher.hang_up()


def _logging(handlers: dict[str, Handler], log: LogTail) -> dict[str, Handler]:
    """Make each handler send, before it answers, what was logged meanwhile."""

    def wrap(handler: Handler) -> Handler:
        def handle(params: dict[str, Any]) -> dict[str, Any]:
            try:
                return handler(params)
            finally:
                log.pass_on()

        return handle

    return {method: wrap(handler) for method, handler in handlers.items()}

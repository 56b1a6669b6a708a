"""The JVM that holds Spark: started, spoken to by py4j, ended with all it started."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from conformance.adapters.dispatcher import Fatal
from conformance.adapters.spark_folder import make_folder
from conformance.adapters.spark_java import Java, Spark, find_java, find_spark
from conformance.adapters.spark_log import LOG4J, LOG_FILE

#: What Spark opens for itself (org.apache.spark.launcher.JavaModuleOptions, 3.5 - 4.3).
_OPENED = (
    "java.base/java.io",
    "java.base/java.lang",
    "java.base/java.lang.invoke",
    "java.base/java.lang.reflect",
    "java.base/java.net",
    "java.base/java.nio",
    "java.base/java.util",
    "java.base/java.util.concurrent",
    "java.base/java.util.concurrent.atomic",
    "java.base/jdk.internal.ref",
    "java.base/sun.nio.ch",
    "java.base/sun.nio.cs",
    "java.base/sun.security.action",
    "java.base/sun.util.calendar",
    "java.security.jgss/sun.security.krb5",
)

#: A context with one thread, without a web page, on the loopback address alone.
_CONF = {
    "spark.master": "local[1]",
    "spark.app.name": "worker-factory-conformance",
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}

#: Lines whose py4j, 0.10.9, does not read its last argument, and would take a fixed port.
_FIRST_DEAF, _FIRST_CURED = (3, 0), (3, 2)

_PR_SET_PDEATHSIG = 1


class Jvm:
    """One JVM with one SparkContext in it; made on a thread that outlives it.

    Attributes:
        spark: what it runs.
        folder: directory for everything temporary; goes when the JVM ends.
        door: the Java half of the door (spark_door.java).
        is_open: whether Spark has come up.
        py4j_error: what py4j raises.
    """

    door: Any
    py4j_error: type[Exception]

    def __init__(self) -> None:
        self.spark: Spark = find_spark()
        java = find_java(self.spark)
        self.is_open = False
        self._is_ending = False
        self.folder = make_folder()
        Path(self.folder, "log4j2.properties").write_text(
            LOG4J.format(file=os.path.join(self.folder, LOG_FILE)), encoding="utf-8"
        )
        self._process = subprocess.Popen(
            _command(java, self.spark, self.folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            preexec_fn=_die_with_parent(),  # noqa: PLW1509 - there is one thread yet
        )

    @property
    def pid(self) -> int:
        """Tell the JVM's process id."""
        return self._process.pid

    def open(self) -> None:
        """Connect to the JVM and put a SparkContext and the Java half into it.

        Raises:
            Fatal: if the JVM or Spark does not come up.
        """
        gateway = self._connect()
        compiling = _Compiling(gateway)
        conf = gateway.jvm.org.apache.spark.SparkConf()
        for key, value in _CONF.items():
            conf.set(key, value)
        conf.set("spark.local.dir", self.folder)
        context = gateway.jvm.org.apache.spark.SparkContext(conf)
        self.door = compiling.result()
        self.door.take(conf, context)
        self.is_open = True

    def _connect(self) -> Any:
        assert self._process.stdout  # noqa: S101 - it is a pipe, see __init__
        with self._process.stdout as told:
            port, token = told.readline(), told.readline()
        if not token:
            raise Fatal(
                f"Java ended with status {self._process.wait()} before it was ready; "
                f"its standard error says why"
            )
        py4j: Any = importlib.import_module("py4j.java_gateway")
        self.py4j_error = py4j.Py4JError
        return py4j.JavaGateway(
            gateway_parameters=py4j.GatewayParameters(
                port=int(port), auth_token=token.decode().strip()
            )
        )

    def wait(self) -> None:
        """Wait until the JVM has ended; if nobody meant it to, say so."""
        status = self._process.wait()
        if not self._is_ending:
            print(f"the JVM has ended with status {status}", file=sys.stderr)  # noqa: T201

    def has_ended(self) -> bool:
        """Tell whether the JVM has ended, or is just about to."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        return self._process.returncode is not None

    def end(self) -> None:
        """End the JVM, then what it had started and did not end with it."""
        self._is_ending = True
        children = [_handle(pid) for pid in _descendants(self.pid)]
        self._process.kill()
        self._process.wait()
        _end_stragglers([child for child in children if child is not None])
        shutil.rmtree(self.folder, ignore_errors=True)


class _Compiling:
    """Compile the Java half on a thread of its own, while Spark comes up."""

    def __init__(self, gateway: Any) -> None:
        self._gateway = gateway
        self._door: Any = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._door = self._compile()
        except Exception as error:  # noqa: BLE001 - raised again by `result`
            self._error = error

    def _compile(self) -> Any:
        loader: Any = None
        for name in ("spark_conversation.java", "spark_door.java"):
            compiler = self._gateway.jvm.org.codehaus.janino.SimpleCompiler()
            if loader is not None:
                compiler.setParentClassLoader(loader)
            compiler.cook(Path(__file__).with_name(name).read_text(encoding="utf-8"))
            loader = compiler.getClassLoader()
        return loader.loadClass("conformance.SparkDoor").newInstance()

    def result(self) -> Any:
        """Wait for the compiler and return the Java half."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._door


def _command(java: Java, spark: Spark, folder: str) -> list[str]:
    """Say how to start py4j's server: quick to start rather than quick in the long run."""
    first_with_modules = 9
    opened = _OPENED if java.version >= first_with_modules else ()
    return [
        java.program,
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:-UsePerfData",
        "-Dio.netty.tryReflectionSetAccessible=true",
        f"-Djava.io.tmpdir={folder}",
        f"-Dlog4j2.configurationFile={os.path.join(folder, 'log4j2.properties')}",
        *(f"--add-opens={package}=ALL-UNNAMED" for package in opened),
        "-cp",
        os.path.join(spark.jars, "*"),
        "py4j.GatewayServer",
        "--die-on-broken-pipe",
        "--enable-auth",
        "0",
        *(["0"] if _FIRST_DEAF <= spark.line < _FIRST_CURED else []),
    ]


def _die_with_parent() -> Any:
    """Prepare what makes the kernel kill the JVM when the adapter dies, even by SIGKILL.

    The end of its stdin alone would let Spark's shutdown hooks run, and these wait for a
    factory's lock, which a stalled create holds.
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is None:
        return None
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    """List a process' children, theirs and so on, from /proc; none where there is none."""
    found: list[int] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, children.read_text(encoding="ascii").split())
        except OSError:
            continue  # the thread has ended
    return found + [below for child in found for below in _descendants(child)]


def _handle(pid: int) -> int | None:
    """Open a descriptor that stands for the process, whatever becomes of its pid."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _end_stragglers(handles: list[int]) -> None:
    """Give each process two seconds to follow the JVM, then kill it."""
    import select  # noqa: PLC0415 - not everywhere

    deadline = time.monotonic() + 2
    for handle in handles:
        left = max(deadline - time.monotonic(), 0)
        if not select.select([handle], [], [], left)[0]:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        os.close(handle)

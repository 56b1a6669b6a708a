"""The stage `executable`: which Python would Spark start, and is it one?"""

from __future__ import annotations

import errno
import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from conformance.adapters.doctor.launch import Process, environment, how
from conformance.adapters.doctor.seen import Failed

if TYPE_CHECKING:
    from conformance.adapters.doctor.seen import Options

_MARK = "wfc-doctor-python:"
#: Asked of the interpreter, in words that any Python since 2.7 understands. It imports no
#: package of the user's: it looks for modules part by part.
_QUESTIONS = """
import json, os, re, sys
def find(name):
    try:
        from importlib.machinery import PathFinder
    except ImportError:
        return None
    places = None
    for depth in range(name.count(".") + 1):
        spec = PathFinder.find_spec(".".join(name.split(".")[:depth + 1]), places)
        if spec is None:
            return None
        places = list(spec.submodule_search_locations or [])
    return spec
def read(path):
    try:
        return open(path).read()
    except (IOError, OSError):
        return ""
def spark():
    spec = find("pyspark")
    for place in (spec and spec.submodule_search_locations) or []:
        text = read(os.path.join(place, "version.py"))
        if not text and ".zip" in place:
            import zipfile
            zip, inside = place.split(".zip", 1)
            try:
                inside = inside.strip(os.sep) + "/version.py"
                text = zipfile.ZipFile(zip + ".zip").read(inside).decode()
            except (IOError, KeyError):
                pass
        found = re.search("__version__[^=]*= *['\\"]([^'\\"]+)", text)
        if found:
            return found.group(1), place
    return "", ""
def wants():
    try:
        from importlib.metadata import metadata
        return metadata("pyspark")["Requires-Python"] or ""
    except Exception:
        return ""
version, place = spark()
answer = {"version": ".".join(map(str, sys.version_info[:3])), "executable": sys.executable,
    "prefix": sys.prefix, "pyspark": version, "pyspark_path": place,
    "requires": wants() if version else "",
    "missing": [name for name in sys.argv[1:] if name and find(name) is None]}
sys.stdout.write("\\n" + MARK + json.dumps(answer) + "\\n")
""".replace("MARK", repr(_MARK))
_LONGEST_BYTES = 1 << 20
#: Text has no zeros in so many bytes.
_HEAD_BYTES = 512


class Python(NamedTuple):
    """An interpreter.

    Attributes:
        asked: as Spark would be told.
        source: who names it.
        path: where it was found.
        real_path: what that leads to.
        version: such as `3.11.7`.
        prefix: of its environment.
        pyspark: version of the PySpark that it finds; empty if it finds none.
        pyspark_path: directory or zip of that.
        missing: modules that were asked for and are not there.
        requires: which Pythons that PySpark is for, such as `>=3.9`.
    """

    asked: str
    source: str
    path: str
    real_path: str
    version: str
    prefix: str
    pyspark: str
    pyspark_path: str
    missing: tuple[str, ...]
    requires: str

    @property
    def line(self) -> tuple[int, ...]:
        """The line of its PySpark, such as (4, 3); of the newest without one."""
        return tuple(int(part) for part in self.pyspark.split(".")[:2]) if self.pyspark else (9, 9)

    def in_words(self) -> str:
        """Say what it is, in one line."""
        way = [self.asked, self.path, self.real_path]
        steps = [one for number, one in enumerate(way) if one not in way[:number]]
        spark = f"PySpark {self.pyspark}" if self.pyspark else "no PySpark"
        return f"{' -> '.join(steps)}: Python {self.version}, {spark}"

    def told(self) -> dict[str, Any]:
        """Give what it is as fields of JSON."""
        return self._asdict()


def resolve(name: str, search: str) -> str:
    """Find a program as the kernel would for Spark: by path, else along PATH.

    Args:
        name: of the program.
        search: value of PATH.

    Returns:
        Where it is.

    Raises:
        Failed: if it is nowhere, or must not be executed.
    """
    places = [""] if os.sep in name else search.split(os.pathsep)
    candidates = [os.path.join(place, name) for place in places]
    there = [one for one in candidates if _is_there(one)]
    for one in there:
        if os.path.isfile(one) and os.access(one, os.X_OK):
            return one
    if there:
        raise Failed("not-executable", f"{there[0]} {_why_not(there[0])}")
    where = os.getcwd() if os.sep in name else f"PATH={search}"
    raise Failed("no-program", f"there is no {name!r}; looked in {where}")


def _is_there(path: str) -> bool:
    """Tell whether the kernel would say of a path that it is not permitted, or run it."""
    try:
        os.stat(path)
    except OSError as error:
        return error.errno == errno.EACCES
    return True


def _why_not(path: str) -> str:
    if os.path.isdir(path):
        return "is a directory"
    if os.path.exists(path) and not os.path.isfile(path):
        return "is no regular file"
    return "may not be executed"


def examine(options: Options) -> Python:
    """Resolve the executable and ask it who it is.

    Args:
        options: which one.

    Returns:
        What it is.

    Raises:
        Failed: if there is none, if it is no Python, or one that does not fit.
    """
    # As in Java, the program is looked for along the PATH of the process that starts it.
    path = resolve(options.python, os.environ.get("PATH", os.defpath))
    answer = _ask(path, options)
    python = Python(
        asked=options.python,
        source=options.source,
        path=path,
        real_path=os.path.realpath(answer["executable"] or path),
        missing=tuple(answer["missing"]),
        **{name: answer[name] for name in ("version", "prefix", "pyspark", "pyspark_path")},
        requires=answer["requires"],
    )
    if python.requires and not _fits(python.version, python.requires):
        raise Misfit(
            "too-old",
            f"{path} is Python {python.version}; PySpark {python.pyspark} there needs "
            f"{python.requires}",
            python,
        )
    minor = ".".join(python.version.split(".")[:2])
    if options.driver and minor != options.driver:
        saw = f"{path} is Python {minor}, the driver's is {options.driver}"
        raise Misfit("other-minor", saw, python)
    return python


class Misfit(Failed):
    """A Python, but one that does not fit.

    Args:
        symptom: short name of what is wrong.
        saw: what was seen.
        python: which it is.
    """

    def __init__(self, symptom: str, saw: str, python: Python) -> None:
        super().__init__(symptom, saw)
        self.python = python


def _fits(version: str, requires: str) -> bool:
    """Tell whether a version is not below the lowest that is asked for."""
    lowest = [part.strip()[2:] for part in requires.split(",") if part.strip().startswith(">=")]
    return all(_numbers(version) >= _numbers(one) for one in lowest)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.strip().split(".") if part.isdigit())


def _ask(path: str, options: Options) -> dict[str, Any]:
    modules = [options.daemon, options.worker]
    env = environment(options)
    asking = ["-c", _QUESTIONS, *modules]
    said, status, errors = run([path, *asking], env, options.start_s)
    if _MARK not in said:
        if _MARK in run([path, "-I", "-S", *asking], env, options.start_s)[0]:
            raise Failed("broken-site", f"{path} starts only without its start-up files (-I -S)")
        raise _no_python(path, said, status, errors)
    answer: dict[str, Any] = json.loads(said.split(_MARK, 1)[1].splitlines()[0])
    return answer


def _no_python(path: str, said: str, status: int | None, errors: list[str]) -> Failed:
    if status is None:
        return Failed("hangs", f"{path} does not answer")
    shown = (said.strip() or "\n".join(errors)).splitlines()
    text = f", and says {shown[-1]!r}" if shown else ""
    return Failed("no-python", f"{path} is no Python: asked for its version it {how(status)}{text}")


def run(argv: list[str], env: dict[str, str], within_s: float) -> tuple[str, int | None, list[str]]:
    """Run a program to its end.

    Args:
        argv: program and arguments.
        env: its environment.
        within_s: limit in seconds.

    Returns:
        What it wrote to its standard output, its exit status (None if it did not end), and
        the end of its standard error.

    Raises:
        Failed: if the kernel does not start it, and it is no script either.
    """
    try:
        process = Process(argv, env)
    except OSError as error:
        raise not_started(argv[0], error) from None
    try:
        process.read_errors_on()
        process.hang_up()
        said = process.read(_LONGEST_BYTES, within_s).decode(errors="replace")
        status, errors = process.wait(min(within_s, 1.0)), process.said()
        if process.is_by_shell and _is_binary(argv[0]):
            raise _wrong_format(argv[0], status, errors)
        return said, status, errors
    finally:
        process.end()


def _is_binary(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return b"\0" in file.read(_HEAD_BYTES)
    except OSError:  # may be executed, but not read
        return False


def _wrong_format(path: str, status: int | None, errors: list[str]) -> Failed:
    says = f" and says {errors[-1]!r}" if errors else ""
    saw = f"{path} is no program of this machine: so /bin/sh runs it, which {how(status)}{says}"
    return Failed("wrong-format", saw)


def not_started(path: str, error: OSError) -> Failed:
    """Say why the kernel did not start a program.

    Args:
        path: of the program.
        error: what it said.

    Returns:
        The failure.
    """
    symptoms = {
        errno.ENOENT: "no-interpreter-of-script",
        errno.EACCES: "not-executable",
    }
    symptom = symptoms.get(error.errno or 0, "not-started")
    return Failed(symptom, f"{path}: error={error.errno}, {error.strerror}")

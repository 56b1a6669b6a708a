"""Asks an interpreter for a daemon module that is installed there; imports none of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple

import msgspec

from conformance.contract.profiles import profile_of_release
from conformance.door.messages import OwnDaemon
from conformance.drive import sandbox
from conformance.drive.clock import Deadline, wait_until_readable
from conformance.errors import DoorError, UsageError

#: Limit for an interpreter to answer, in seconds: it may lie on a slow disk.
_ANSWER_S = 20.0
#: More than any answer of ours.
_PLENTY_BYTES = 65536
#: What is asked; for any Python 3. `find_spec` of a whole name would import its packages.
_QUESTION = """
import json, os, sys
from importlib.machinery import PathFinder
def find(place, name):
    places, parts = [place], name.split(".")
    for depth in range(1, len(parts) + 1):
        spec = PathFinder.find_spec(".".join(parts[:depth]), places)
        if spec is None:
            return False
        places = list(spec.submodule_search_locations or ())
    return True
def version():
    try:
        from importlib.metadata import version
    except ImportError:
        return ""
    for name in ("pyspark", "pyspark-client", "pyspark-connect"):
        try:
            return version(name)
        except Exception:
            continue
    return ""
given = [os.path.abspath(one) for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one]
places = [os.getcwd()] + [one for one in sys.path if one]
place = next((one for one in places if find(one, sys.argv[1])), None)
is_own = place is not None and place not in given + [os.getcwd()]
print(json.dumps({"place": place, "is_own": is_own, "pyspark": version()}))
"""


class Installed(NamedTuple):
    """A daemon module as an interpreter has it.

    Attributes:
        daemon: how to start it.
        profile: name of the profile of its Spark line; empty if it is none of Spark's own.
    """

    daemon: OwnDaemon
    profile: str


class _Answer(msgspec.Struct, frozen=True):
    """Where the module is, whether it is found there by itself, and which PySpark is there."""

    place: str | None
    is_own: bool
    pyspark: str


def find_installed(module: str, python: str) -> Installed:
    """Find a daemon module by another interpreter.

    Args:
        module: its dotted name.
        python: path or name of the interpreter, or path of its virtual environment.

    Returns:
        The module.

    Raises:
        DoorError: if there is no such interpreter, or it does not answer as one.
        UsageError: if it has no module of that name.
    """
    python_exec = _program(python)
    answer = _ask(python_exec, module)
    if answer.place is None:
        raise UsageError(
            f"no daemon module {module!r} in this directory or in the packages of {python_exec}"
        )
    place = "" if answer.is_own else answer.place
    daemon = OwnDaemon(module=module, python_exec=python_exec, python_path=place)
    is_sparks = module.partition(".")[0] == "pyspark"
    return Installed(daemon, _profile_of(answer.pyspark) if is_sparks else "")


def _program(python: str) -> str:
    """Find the interpreter; its links are kept, as they tell its virtual environment."""
    path = Path(python).expanduser()
    within = path / "bin" / "python" if path.is_dir() else path
    program = shutil.which(within)
    if program is None:
        raise DoorError(f"--python: no program {python!r}; check the path and that it may be run")
    return os.path.abspath(program)


def _ask(python_exec: str, module: str) -> _Answer:
    try:
        process = sandbox.start([python_exec, "-c", _QUESTION, module], env=os.environ)
    except OSError as error:
        raise DoorError(f"--python: cannot run {python_exec}: {error.strerror}") from None
    try:
        said = _read(process, Deadline(_ANSWER_S))
    finally:
        process.end()
    try:
        return msgspec.json.decode(said.rpartition(b"\n")[2], type=_Answer)
    except msgspec.DecodeError:
        shown = said.decode(errors="replace")[:60] or "nothing"
        raise DoorError(
            f"--python: {python_exec} does not answer as a Python 3 does, but {shown!r}"
        ) from None


def _read(process: sandbox.Process, deadline: Deadline) -> bytes:
    """Read to the end, or up to the limit; what its start prints comes before the answer."""
    said = b""
    while len(said) < _PLENTY_BYTES and wait_until_readable(process.stdout_fd, deadline.left_s):
        more = os.read(process.stdout_fd, _PLENTY_BYTES)
        if not more:
            break
        said += more
    return said.strip()


def _profile_of(release: str) -> str:
    """Name the profile of a release; empty if its line was not examined, or there is none."""
    try:
        return profile_of_release(release).name if release else ""
    except UsageError:
        return ""

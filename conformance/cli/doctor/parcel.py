"""The stages as one file, which runs on any Python from 3.8 on, read from standard input.

The same text runs beside `wfc` and in executors, so that what is tried here runs there.
"""

from __future__ import annotations

from pathlib import Path

import conformance
from conformance.errors import SuiteError

#: The modules, each after those that it needs.
_PARTS = (
    "seen",
    "proc",
    "stream",
    "launch",
    "ends",
    "python",
    "wire",
    "daemon",
    "unix",
    "simple",
    "culprit",
    "program",
)
_PACKAGE = "conformance.adapters.doctor"
_ROOM = Path(conformance.__file__).parent / "adapters" / "doctor"
_FENCE = "'''"

_HEAD = """\
#!/usr/bin/env python3
# The stages of `wfc doctor` in one file, on the standard library of Python 3.8 or later.
# Usage: python3 -I -S - OPTIONS < this file; OPTIONS is JSON, see the class Options.
# Made by worker-factory-conformance {version}, Apache License 2.0.
import sys
import types


def add(name, source):
    module = types.ModuleType(name)
    sys.modules[name] = module
    exec(compile(source, name, "exec"), module.__dict__)


"""
_END = 'sys.exit(sys.modules["{program}"].main(sys.argv[1:]))\n'


def pack() -> str:
    """Make the file.

    Returns:
        Its text.

    Raises:
        SuiteError: if a module cannot be quoted.
    """
    parts = [_HEAD.format(version=conformance.__version__), f'add("{_PACKAGE}", "")\n']
    for name in _PARTS:
        source = (_ROOM / f"{name}.py").read_text(encoding="utf-8")
        if _FENCE in source:
            raise SuiteError(f"{name}.py cannot be packed: it has {_FENCE} in it")
        parts.append(f'\nadd("{_PACKAGE}.{name}", r{_FENCE}{source}{_FENCE})\n')
    return "".join((*parts, "\n", _END.format(program=f"{_PACKAGE}.program")))

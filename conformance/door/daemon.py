"""Find a daemon module by its name, without loading any of it."""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder

from conformance.door.messages import OwnDaemon
from conformance.errors import UsageError


def find_daemon(module: str) -> OwnDaemon:
    """Find a daemon module for the interpreter that runs the suite.

    Args:
        module: its dotted name; looked for in the working directory, then in sys.path.

    Returns:
        How to start it.

    Raises:
        UsageError: if there is none of that name.
    """
    for place in (os.getcwd(), *sys.path):
        if _is_in(place, module):
            return OwnDaemon(module=module, python_exec=sys.executable, python_path=place)
    raise UsageError(
        f"no daemon module {module!r} in this directory or in the packages of {sys.executable}"
    )


def _is_in(place: str, module: str) -> bool:
    """Look for a module part by part; `find_spec` would import its packages."""
    places = [place]
    for depth in range(1, module.count(".") + 2):
        name = ".".join(module.split(".")[:depth])
        spec = PathFinder.find_spec(name, places)
        if spec is None:
            return False
        places = list(spec.submodule_search_locations or ())
    return bool(module)

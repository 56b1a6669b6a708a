"""`python -m fake_daemons`: the catalogue of the fakes, one line each."""

from __future__ import annotations

import ast
import os
import sys


def catalogue() -> dict[str, str]:
    """List the modules that can be run as a daemon or a simple worker.

    Returns:
        Name of the module → first line of its docstring, by name.
    """
    found: dict[str, str] = {}
    room = os.path.dirname(__file__)
    for name in sorted(os.listdir(room)):
        if not name.endswith(".py"):
            continue
        with open(os.path.join(room, name), encoding="utf-8") as source:
            tree = ast.parse(source.read())
        if _is_fake(tree):
            found[name[:-3]] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return found


def _is_fake(tree: ast.Module) -> bool:
    """A fake's last statement lives a life if the module is run."""
    last = tree.body[-1]
    return isinstance(last, ast.If) and ast.unparse(last).find("live(") >= 0


def main() -> None:
    """Print the catalogue."""
    fakes = catalogue()
    width = max(map(len, fakes))
    for name, line in fakes.items():
        sys.stdout.write(f"{name:{width}}  {line}\n")


if __name__ == "__main__":
    main()

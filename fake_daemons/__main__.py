"""`python -m fake_daemons`: the catalogue of the fakes, one line each."""

from __future__ import annotations

import ast
import sys
from pathlib import Path


def catalogue() -> dict[str, str]:
    """List the modules that can be run as a daemon or a simple worker.

    Returns:
        Name of the module → first line of its docstring, by name.
    """
    found: dict[str, str] = {}
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        if _is_fake(tree):
            found[path.stem] = (ast.get_docstring(tree) or "").partition("\n")[0]
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

"""An interpreter that does not read archives on its path.

Spark puts its own archives first on the PYTHONPATH of all it starts (F-START-06). An
interpreter reads the directory of each from beginning to end, which takes three times as
long as the rest of its start, and a machine starts thousands.
"""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SCRIPT = """\
#!/bin/sh
set -f
IFS=:
lean=
for part in $PYTHONPATH; do
  case $part in
    *.zip | *.jar) ;;
    *) lean=${{lean:+$lean:}}$part ;;
  esac
done
PYTHONPATH=$lean exec {python} "$@"
"""


def make_lean_python(script: Path, python: str) -> str:
    """Write a script that drops archives from PYTHONPATH and becomes an interpreter.

    Args:
        script: where to write it.
        python: path of the interpreter.

    Returns:
        Path of the script, or of the interpreter if no script may be executed there.
    """
    script.write_text(_SCRIPT.format(python=shlex.quote(python)), encoding="utf-8")
    script.chmod(0o700)
    return str(script) if os.access(script, os.X_OK) else python

"""An adapter for a daemon alone, in an interpreter that is too old for the suite.

`wfc run --impl 'cmd:python benchmarks/daemon_door.py VENV'` judges the `pyspark.daemon` of a
virtual environment by the D-clauses; no JVM is started. It is for Spark up to 3.5, whose
daemon takes no argument.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

_UNSUPPORTED = -32001


def main(venv: str) -> None:
    """Serve the door until it closes: tell of the daemon, refuse all else.

    Args:
        venv: path of the virtual environment.
    """
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"jsonrpc": "2.0", "id": request["id"], **_answer(request["method"], Path(venv))}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        if request["method"] == "shutdown":
            return


def _answer(method: str, venv: Path) -> dict[str, Any]:
    if method in ("ping", "shutdown"):
        return {"result": {}}
    if method == "initialize":
        return {"result": _about(venv)}
    fault = {"kind": "unsupported", "message": "a daemon alone"}
    return {"error": {"code": _UNSUPPORTED, "message": "a daemon alone", "data": fault}}


def _about(venv: Path) -> dict[str, Any]:
    return {
        "protocol_version": "1",
        "name": "pyspark.daemon",
        "version": _version(venv),
        "language": "Python",
        "pid": os.getpid(),
        "daemon": {
            "module": "pyspark.daemon",
            "python_exec": str(venv.absolute() / "bin" / "python"),
            "worker_hook": "pyspark.worker",
        },
    }


def _version(venv: Path) -> str:
    """Read it off the name of a jar."""
    found = next(venv.glob("lib/python*/site-packages/pyspark/jars/spark-core_*.jar"), None)
    return found.stem.rpartition("-")[2] if found else ""


if __name__ == "__main__":
    main(sys.argv[1])

"""Judge whether a worker factory keeps the contract of Spark's PythonWorkerFactory."""

from __future__ import annotations

__version__ = "0.1.0"

"""The probe under a name that no daemon may take for a worker module."""

from __future__ import annotations

from importlib import import_module

_probe = import_module("pyspark_wfc_probe")
_probe.__name__ = __name__
main = _probe.main

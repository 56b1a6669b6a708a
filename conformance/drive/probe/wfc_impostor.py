"""The probe under a name that no daemon may take for a worker module."""

from __future__ import annotations

import pyspark_wfc_probe

pyspark_wfc_probe.__name__ = __name__
main = pyspark_wfc_probe.main

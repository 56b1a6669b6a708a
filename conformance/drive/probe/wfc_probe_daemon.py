"""Run a daemon module whose workers import `pyspark.worker`, with our probe in its place.

For Spark up to 3.5, whose daemon takes no worker module. The way is the one that users'
own wrappers take.
"""

from __future__ import annotations

import os
import runpy
import sys

import pyspark_wfc_probe

sys.modules["pyspark.worker"] = pyspark_wfc_probe
runpy.run_module(os.environ["WFC_PROBE_DAEMON"], run_name="__main__", alter_sys=True)

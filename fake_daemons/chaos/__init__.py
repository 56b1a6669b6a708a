"""Faults around the installed pyspark.daemon, for real Spark jobs (docs/chaos.md).

`spark.python.daemon.module=fake_daemons.chaos` starts it. The fakes beside it play the whole
daemon; here Spark's own daemon and workers do all the work, and one fault strikes at times.
"""

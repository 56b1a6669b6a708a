"""The stages of `wfc doctor`: what Spark's factory does to a daemon, step by step, bounded.

They stand on the standard library of Python 3.8 or later, as they run wherever a daemon
fails: beside `wfc`, and in the executors of a cluster. There they travel as one file, which
`conformance/cli/doctor/parcel.py` makes of these modules; here they run from the same file.
"""

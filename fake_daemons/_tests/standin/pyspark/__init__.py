"""A stand-in for PySpark: a daemon and a worker that go the ways of Spark's, as small as can be."""

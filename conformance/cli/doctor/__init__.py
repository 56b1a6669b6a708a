"""`wfc doctor`: of an adapter, does it work; of a daemon and its workers, why not."""

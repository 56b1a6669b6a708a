"""An implementation of the whole contract in Python, and no more."""

"""`python -m reference_impl`: the console."""

from __future__ import annotations

import sys

from .console import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

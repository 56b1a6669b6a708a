"""`python -m reference_impl.variants.forker [worker_module]`."""

from __future__ import annotations

import sys

from .daemon import Daemon

sys.exit(Daemon(sys.argv[1:]).run())

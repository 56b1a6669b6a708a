"""What a `repro.py` consists of: modules on the standard library alone, joined to one text.

Nothing here is imported by the suite but by the tests; `machines.repro` reads the sources. As
all of them end up in one module, no two may define the same name.
"""

from __future__ import annotations

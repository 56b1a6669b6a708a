"""What the `repro.py` of a daemon's case consists of, beside some of `repro_player`.

Its modules stand on the standard library alone and are joined to one text; nothing here is
imported by the suite. `machines.daemon_repro` reads the sources. What the model of a daemon
says of each step comes with the script's data, so that no model is needed here.
"""

from __future__ import annotations

"""An implementation of the whole contract in Python, and no more.

`make` is the factory call: `make(python_exec, env_vars, **options)`. It is loaded when
first asked for, because the daemon is a module of this package too and must start fast.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself costs the daemon five milliseconds
if TYPE_CHECKING:
    from .making import Maker

    make: Maker

__all__ = ["make"]


def __getattr__(name: str) -> Maker:
    """Load the factory on first use (PEP 562)."""
    if name != "make":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .making import make as loaded  # noqa: PLC0415 - lazy on purpose, see above

    globals()["make"] = loaded
    return loaded

"""The C modules below `socket` and `signal`, typed: they start in a fraction of the time.

`socket` and `signal` pull in `enum`, `selectors` and more: some ten milliseconds, which
every example of the suite would pay. Type checkers know only the public names.
"""

from __future__ import annotations

#: Known to type checkers by its name; false where the program runs.
TYPE_CHECKING = False

if TYPE_CHECKING:
    import signal
    from _socket import socket as _socket

    class Socket(_socket):
        """A socket as the C module gives it, with its undocumented accept."""

        def _accept(self) -> tuple[int, tuple[str, int]]: ...
else:
    import _signal as signal
    from _socket import socket as Socket

__all__ = ["Socket", "signal"]

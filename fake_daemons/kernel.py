"""The C modules below `socket` and `signal`, typed: they start in a fraction of the time.

`socket` and `signal` pull in `enum`, `selectors` and more: some ten milliseconds, which
every example of the suite would pay. Type checkers know only the public names.
"""

from __future__ import annotations

from _socket import socket as _socket

#: Known to type checkers by its name; false where the program runs.
TYPE_CHECKING = False

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable

    from typing_extensions import override
else:
    import _signal as signal

    def override(method: Callable) -> Callable:
        """Mark a method that replaces one of its base: for the type checkers."""
        return method


class Socket(_socket):
    """A socket as the C module gives it."""

    if TYPE_CHECKING:

        def _accept(self) -> tuple[int, tuple[str, int]]: ...

    def take(self) -> tuple[Socket, tuple[str, int]]:
        """Accept a connection.

        Returns:
            The connection, and address and port of the peer.
        """
        fd, peer = self._accept()
        return Socket(self.family, self.type, self.proto, fd), peer


__all__ = ["TYPE_CHECKING", "Socket", "override", "signal"]

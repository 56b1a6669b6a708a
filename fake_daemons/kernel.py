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

        def _accept(self) -> tuple[int, tuple[str, int] | str]: ...

    def take(self) -> tuple[Socket, str, int]:
        """Accept a connection.

        Returns:
            The connection, address and port of the peer; over a Unix domain socket the
            peer has neither.
        """
        fd, peer = self._accept()
        host, port = ("", 0) if isinstance(peer, str) else peer[:2]
        return Socket(self.family, self.type, self.proto, fd), host, port


__all__ = ["TYPE_CHECKING", "Socket", "override", "signal"]

"""Keeps every registered worker alive.

Must fail F-STOP-13: a worker that its caller has dropped must disappear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.registry import Registry

if TYPE_CHECKING:
    import socket
    from collections.abc import MutableMapping

    from reference_impl.registry import Registration

CLAUSE = "F-STOP-13"


class _Registry(Registry):
    def new_entries(self) -> MutableMapping[socket.socket, Registration]:
        return {}


class _Factory(PythonWorkerFactory):
    registry_class = _Registry


make = Maker(_Factory)

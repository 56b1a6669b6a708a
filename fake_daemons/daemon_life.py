"""The daemon's life: start, announce, then accept, fork, kill on request, hang up."""

from __future__ import annotations

import os
from _socket import AF_INET, AF_INET6, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, SOMAXCONN

from fake_daemons.faults import Fault
from fake_daemons.kernel import Socket, signal
from fake_daemons.leash import wear
from fake_daemons.mischief import Actions, hang, nothing, step
from fake_daemons.process import ORDERLY, Process
from fake_daemons.scene import Scene, setting
from fake_daemons.sightings import Sightings
from fake_daemons.wire import INT_BYTES, pack, unpack

#: pyspark.daemon listens with max(1024, SOMAXCONN).
_BACKLOG = max(1024, SOMAXCONN)
_BOMB_LIMIT = "16"

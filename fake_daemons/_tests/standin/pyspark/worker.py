"""A worker whose task is one frame, answered by its pid and the frame."""

from __future__ import annotations

import os
import sys
from typing import BinaryIO


def main(source: BinaryIO, sink: BinaryIO) -> None:
    head = source.read(4)
    if not head:
        sys.exit(-1)
    body = source.read(int.from_bytes(head, "big"))
    sink.write(os.getpid().to_bytes(4, "big") + head + body)
    sink.flush()

"""One line on stderr for each thing that chaos has to say; Spark puts it into its log."""

from __future__ import annotations

import os


def say(text: str) -> None:
    """Tell something on stderr, by one write.

    Args:
        text: without a line feed.
    """
    os.write(2, f"chaos: {text} (pid {os.getpid()})\n".encode(errors="backslashreplace"))

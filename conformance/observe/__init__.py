"""See, change nothing: the side channel, processes, descriptors."""

from __future__ import annotations

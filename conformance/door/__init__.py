"""What an implementation must offer, and how it is found."""

from __future__ import annotations

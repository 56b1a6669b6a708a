"""What was asked and what happened, as frozen values."""

from __future__ import annotations

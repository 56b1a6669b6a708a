"""Tell: what a run found, as files and as text; judges nothing."""

from __future__ import annotations

"""The contract, readable as tests: one file per family of clauses."""

from __future__ import annotations

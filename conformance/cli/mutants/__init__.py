"""`wfc mutants`: plays every mutant, and tells which test and which clause killed it."""

from __future__ import annotations

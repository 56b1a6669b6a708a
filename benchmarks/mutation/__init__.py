"""Mutants by machine: the reference with one small change, judged by the scenarios."""

from __future__ import annotations

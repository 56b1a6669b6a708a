"""Mutants come through the same door as the reference, and say which clause they break."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker
from reference_impl.profile import profile_named

FOLDER = Path(__file__).parent.parent / "mutants"
NAMES = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_a_mutant_says_what_it_breaks(name: str) -> None:
    mutant = import_module(f"reference_impl.mutants.{name}")
    assert isinstance(mutant.make, Maker)
    assert isinstance(mutant.make("python", {}, use_daemon=False), PythonWorkerFactory)
    assert re.fullmatch(r"(F-[A-Z]+|D)-\d\d", mutant.CLAUSE)
    first, _, why = str(mutant.__doc__).partition("\n\n")
    assert first.endswith(".")
    assert f"Must fail {mutant.CLAUSE}:" in why
    also = getattr(mutant, "ALSO", ())
    assert len({mutant.CLAUSE, *also}) == 1 + len(also)
    assert all(re.fullmatch(r"(F-[A-Z]+|D)-\d\d", clause) and clause in why for clause in also)
    assert profile_named(getattr(mutant, "PROFILE", "documented")) is not None
    own_daemon = mutant.make.daemon_module != "reference_impl.daemon"
    assert own_daemon == name.startswith("daemon_")


def test_there_are_mutants() -> None:
    assert len(NAMES) > 100

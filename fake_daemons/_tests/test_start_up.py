"""Start-up is budgeted by what is imported: a count cannot flake as a clock does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fake_daemons.__main__ import catalogue
from fake_daemons._tests.field import ROOT

if TYPE_CHECKING:
    from fake_daemons._tests.field import Field

#: What `python -m` itself costs on a bare interpreter is not ours. Ours: the package, and
#: the C modules below `socket`, `select`, `fcntl` and `hashlib`.
_C_MODULES = {"_socket", "select", "_blake2", "fcntl"}
_OWN = {path.stem for path in (ROOT / "fake_daemons").glob("[a-z]*.py")}
_OWN -= set(catalogue()) | {"simple_life"}
_FREE = {"__future__", "_signal", "collections.abc", "errno", "os", "sys", "time"}
_HEAVY = {"socket", "signal", "enum", "re", "typing", "struct", "threading", "subprocess"}


#: How many modules a daemon may import. Each costs a fifth of a millisecond.
_BUDGET = 17


def _imported(field: Field, name: str, **more: str) -> set[str]:
    """What a fake imports until it announces, beside what the interpreter has by itself."""
    fake = field.start(name, "start=exit:0", PYTHONPROFILEIMPORTTIME="1", **more)
    fake.wait()
    rows = fake.stderr().decode().splitlines()
    names = [row.rpartition("|")[2].strip() for row in rows if row.startswith("import time:")]
    return set(names[names.index("runpy") + 1 :])


@pytest.mark.parametrize("name", ["well_behaved", "crash_after_n"])
def test_daemon_imports_next_to_nothing(field: Field, name: str) -> None:
    own = {f"fake_daemons.{module}" for module in _OWN} | {"fake_daemons"}
    imported = _imported(field, name) - _FREE
    assert imported == own | _C_MODULES
    assert len(imported) <= _BUDGET
    assert not imported & _HEAVY


def test_alone_it_imports_even_less(field: Field) -> None:
    assert "fcntl" not in _imported(field, "well_behaved", WFC_LEASH="")


def test_simple_worker_imports_no_more(field: Field) -> None:
    imported = _imported(field, "simple_well_behaved", PYTHON_WORKER_FACTORY_PORT="1")
    assert len(imported - _FREE) <= len(_OWN) + len(_C_MODULES) + 1

"""A bare interpreter, made once, and a field for each test that leaves no process."""

from __future__ import annotations

import sys
import venv
from typing import TYPE_CHECKING

import pytest

from fake_daemons._tests.factory_end import FactoryEnd
from fake_daemons._tests.field import Field

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a virtual environment that holds nothing."""
    directory = tmp_path_factory.mktemp("bare")
    venv.create(directory, symlinks=True, with_pip=False)
    return directory / "bin" / f"python{sys.version_info[0]}"


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where compiled modules are kept, wherever the machine forbids it."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def field(bare_python: Path, cache: Path, tmp_path: Path) -> Iterator[Field]:
    """A place to let fakes loose; asserts at the end that none is left."""
    field = Field(bare_python, cache, tmp_path)
    try:
        yield field
    finally:
        field.close()


@pytest.fixture
def factory(field: Field) -> Iterator[FactoryEnd]:
    """The factory's end of simple workers."""
    end = FactoryEnd(field)
    yield end
    end.close()

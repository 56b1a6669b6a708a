"""Variants are implementations of their own: they work, with real daemons, and are no copies."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil
import pytest

from .workshop import exchange, is_gone, wait_until

FOLDER = Path(__file__).parent.parent / "variants"
VARIANTS = ("contrary", "loop", "monitor")
DAEMONS = ("reference_impl.daemon", "reference_impl.variants.forker")
ENV = {"SPARK_REUSE_WORKER": "1"}


def make(variant: str, **wishes: object) -> Any:
    return import_module(f"reference_impl.variants.{variant}").make(sys.executable, ENV, **wishes)


def test_every_variant_is_known() -> None:
    assert {one.name for one in FOLDER.iterdir() if one.is_dir() and one.name[0] != "_"} == {
        *VARIANTS,
        "forker",
    }


@pytest.mark.parametrize("daemon", DAEMONS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_worker_is_made_used_given_back_and_stopped(variant: str, daemon: str) -> None:
    factory = make(variant, daemon_module=daemon)
    sock, pid = factory.create()
    assert exchange(sock) == (pid, b"hello")
    factory.release_worker(sock)
    again, same_pid = factory.create()
    assert (again, same_pid) == (sock, pid)
    assert pid in factory.inspect()["workers"]
    factory.stop_worker(again)
    wait_until(lambda: is_gone(pid))
    other, other_pid = factory.create()
    assert exchange(other) == (other_pid, b"hello")
    factory.stop()
    other.close()
    wait_until(lambda: is_gone(other_pid))
    wait_until(lambda: not psutil.Process().children(recursive=True))


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_simple_worker_is_made_used_and_stopped(variant: str) -> None:
    factory = make(variant, use_daemon=False)
    sock, pid = factory.create()
    assert exchange(sock) == (pid, b"hello")
    factory.stop_worker(sock)
    wait_until(lambda: is_gone(pid))
    factory.stop()
    wait_until(lambda: not psutil.Process().children(recursive=True))


@pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("*/*.py")), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_a_variant_imports_nothing_of_anybody_else(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 1 or not str(node.module).startswith("reference_impl")
        elif isinstance(node, ast.Import):
            assert not any(one.name.startswith("reference_impl") for one in node.names)

"""`wfc doctor` says no more than it saw, and nothing that Spark would not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance._tests.command import Wfc
from conformance._tests.doctor_setups import HEALTHY, Setup, env_of, examine, words

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def wfc(tmp_path: Path) -> Wfc:
    wfc = Wfc(tmp_path)
    wfc.shows_tracebacks = True
    return wfc


@pytest.mark.parametrize("worker", ["my.missing.worker", "pyspark.worker"])
def test_a_worker_that_was_named_must_be_there(wfc: Wfc, worker: str) -> None:
    """Whatever its name is."""
    file = examine(wfc, Setup("simple connect", "module-missing", 1, worker=worker))
    (trouble,) = file.examinations[0].troubles
    assert (trouble.track, trouble.stage, trouble.symptom) == (
        "simple",
        "simple connect",
        "module-missing",
    )
    assert "failed to connect back" in trouble.spark_says
    assert file.exit_code == 1


def test_workers_that_were_not_tried_are_not_praised(wfc: Wfc) -> None:
    """Without PySpark there is no simple worker; over a Unix domain socket there is none either."""
    for more in ((), ("--unix-sockets",)):
        setup = Setup("", "", 0, "reference_impl.daemon")
        ended = wfc("doctor", *words(wfc, setup), *more, **env_of(setup))
        last = ended.out.splitlines()[-1]
        assert ended.status == 0
        assert last.endswith("Spark can start this daemon. Not tried: a simple worker.")


def test_workers_that_were_tried_are_praised(wfc: Wfc) -> None:
    setup = Setup("", "", 0, HEALTHY)
    worker = ("--worker", "fake_daemons.simple_well_behaved")
    ended = wfc("doctor", *words(wfc, setup), *worker, **env_of(setup))
    assert ended.out.endswith("Spark can start this daemon and its workers.\n")

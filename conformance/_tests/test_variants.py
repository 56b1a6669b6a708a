"""Whoever keeps the contract in another way than the reference is found without fault.

Seven whole runs side by side, which are mostly waiting: `loop` takes no options, so that the
contract's own limits are waited for. They have an environment of their own: `tox -e variants`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .suites import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

#: For the longest run, beside the others on two cores.
WITHIN_S = 900.0
#: By which profiles each variant is judged, and by how many processes.
RUNS = {
    ("loop", "documented"): 3,
    ("loop", "spark-3.5"): 3,
    ("monitor", "documented"): 1,
    ("monitor", "spark-3.5"): 1,
    ("monitor", "spark-4.3"): 1,
    ("contrary", "documented"): 1,
    ("contrary", "spark-3.5"): 1,
}
#: No scenario can observe them (conformance.contract.clause.Need.SOURCE).
UNOBSERVABLE = {"F-CONN-18": "UNVERIFIED"}
GOOD = ("PASS", "NOT APPLICABLE")


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """Run the whole suite on each variant, the machines for a short while."""
    plans = {}
    for (variant, profile), jobs in RUNS.items():
        options = ["--profile", profile, "--effort", "quick", "--jobs", str(jobs)]
        options += ["--gate", "--level", "should"]
        implementation = f"py:reference_impl.variants.{variant}:make"
        plans[f"{variant}-{profile}"] = (implementation, options, None)
    opened = Window(tmp_path_factory.mktemp("variants"), plans, WITHIN_S)
    yield opened
    opened.close()


@pytest.mark.timeout(WITHIN_S + 60)
@pytest.mark.parametrize(("variant", "profile"), RUNS)
def test_a_variant_is_found_without_fault(variant: str, profile: str, window: Window) -> None:
    """Every clause passes or does not apply, every SHOULD too, and nothing went wrong."""
    run = window.wait_for(f"{variant}-{profile}")
    status, verdicts = run.finish()
    bad = {clause: verdict for clause, verdict in verdicts.items() if verdict not in GOOD}
    assert bad.items() <= UNOBSERVABLE.items(), run.output()
    assert status == 0, run.output()
    assert "\nCONFORMANT " in run.output()

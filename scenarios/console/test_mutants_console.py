"""`wfc mutants` in a real terminal: a line for each mutant above the progress, and Ctrl-C."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pexpect
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LIMIT_S = 60
INTERRUPTED = 2


@pytest.mark.timeout(2 * LIMIT_S)
def test_each_mutant_gets_its_line_above_the_progress(
    spawn: Callable[..., pexpect.spawn[str]],
) -> None:
    """What it comes to stands at the end."""
    wfc = spawn("conformance", "mutants", "lifo_pool", "no_unbuffered")
    wfc.expect_exact("0/2 mutants · 0 not killed", timeout=LIMIT_S)
    wfc.expect(r"killed\S* +\S+ +F-\S+ +\d+\.\d\d s  test_\w+\.py::", timeout=LIMIT_S)
    wfc.expect_exact("2 mutants · 2 killed", timeout=LIMIT_S)
    wfc.expect(r"ALL KILLED\S*  .* · exit 0")
    wfc.expect(pexpect.EOF)
    assert wfc.wait() == 0


@pytest.mark.timeout(2 * LIMIT_S)
def test_ctrl_c_ends_it_in_order(spawn: Callable[..., pexpect.spawn[str]], tmp_path: Path) -> None:
    """It is pressed while a mutant hangs."""
    wfc = spawn("conformance", "mutants", "waits_for_port_for_ever")
    wfc.expect_exact("0/1 mutants", timeout=LIMIT_S)
    wfc.sendintr()
    wfc.expect_exact("INTERRUPTED", timeout=LIMIT_S)
    wfc.expect(pexpect.EOF)
    assert wfc.wait() == INTERRUPTED
    told = json.loads((tmp_path / "wfc-report" / "mutants.json").read_bytes())
    assert told["state"] == "interrupted"

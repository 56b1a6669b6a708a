"""Draw the pages that tables and stored runs determine.

docs/lifecycles.md and docs/clauses.md come from the tables of the contract, docs/history.md
from those of Spark's bugs and what was measured, docs/daemons.md and docs/interplay.md from
what `python -m benchmarks.daemons` and `python -m benchmarks.interplay` have judged,
docs/mutants.md from the stored runs of `wfc mutants`, docs/matrix.md from what
`python -m benchmarks.matrix` has judged; docs/commands.md, docs/fakes.md, docs/profiles.md and
docs/schemas.md from what the suite has.

`python docs/draw.py` writes them; with `--check` it writes nothing and exits 1 if a page is
stale.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

_DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(_DOCS.parent))

from conformance.cli import reference  # noqa: E402 - found by the line above
from conformance.cli.commands import root  # noqa: E402 - likewise
from conformance.contract.drawings import (  # noqa: E402 - found by the line above
    draw_clauses,
    draw_lifecycles,
)
from conformance.report import daemons, interplay, matrix_file, matrix_page  # noqa: E402 - likewise
from conformance.report.history import draw_history, read_measured  # noqa: E402 - likewise
from conformance.report.kill_matrix import read  # noqa: E402 - likewise
from conformance.report.kill_page import draw_mutants  # noqa: E402 - likewise


def stale_pages(pages: dict[Path, str]) -> list[Path]:
    """Find the pages that are not as drawn.

    Args:
        pages: text by path.

    Returns:
        Paths that are missing or hold something else.
    """
    return [
        path
        for path, text in pages.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    """Write the pages, or check them.

    Args:
        arguments: nothing, or `--check`.

    Returns:
        Exit status: 1 if a page is stale, 2 for any other argument.
    """
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/draw.py [--check]\n")
        return 2
    pages = {
        _DOCS / "lifecycles.md": draw_lifecycles(),
        _DOCS / "clauses.md": draw_clauses(),
        _DOCS / "history.md": draw_history(read_measured((_DOCS / "history.json").read_bytes())),
        _DOCS / "daemons.md": daemons.draw_daemons(
            daemons.read_measured((_DOCS / "daemons.json").read_bytes())
        ),
        _DOCS / "interplay.md": interplay.draw_interplay(
            interplay.read_interplay((_DOCS / "interplay.json").read_bytes())
        ),
        _DOCS / "matrix.md": matrix_page.draw_releases(matrix_file.read(_DOCS / "matrix.json")),
        _DOCS / "mutants.md": draw_mutants(
            read(_DOCS / "mutants.json"), read(_DOCS / "mutants-whole.json")
        ),
        _DOCS / "commands.md": reference.draw_commands(root),
        _DOCS / "fakes.md": reference.draw_fakes(),
        _DOCS / "profiles.md": reference.draw_profiles(),
        _DOCS / "schemas.md": reference.draw_schemas(
            {
                path.name: json.loads(path.read_text(encoding="utf-8"))
                for path in sorted(_DOCS.glob("*.schema.json"))
            }
        ),
    }
    stale = stale_pages(pages)
    for path in stale:
        sys.stdout.write(f"{path.name} is stale\n" if arguments else f"{path.name} drawn\n")
        if not arguments:
            path.write_text(pages[path], encoding="utf-8")
    return 1 if stale and arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""established.ndjson: what each test of a run established, written as it ends.

The first line tells what a verdict depends on beside the tests; each other one is a test's.
`wfc analyze` weighs them again.
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - msgspec reads it
from typing import TYPE_CHECKING

import msgspec

from conformance.check.verdicts import Established  # noqa: TC001 - msgspec reads it
from conformance.contract.clause import Need  # noqa: TC001 - msgspec reads it
from conformance.errors import UsageError

if TYPE_CHECKING:
    from conformance.check.verdicts import Terms
    from conformance.report.files import RunFiles
    from conformance.stage.opening import Opened

#: Name of the file in a run's directory.
ESTABLISHED = "established.ndjson"


class Opening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a verdict depends on beside the tests and the profile.

    Attributes:
        own_profile: name of the profile that is the implementation's own; None if it is none.
        excluded: needs that it leaves no room for, with the reason.
        is_selection: whether the user deselected anything.
    """

    own_profile: str | None = None
    excluded: dict[Need, str] = {}
    is_selection: bool = False


class Ended(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One test.

    Attributes:
        round: which time the suite was played, from 1.
        entry: what the test established.
    """

    round: int
    entry: Established


class Stored(msgspec.Struct, frozen=True):
    """A whole file.

    Attributes:
        opening: its first line.
        tests: the others, in their order.
    """

    opening: Opening
    tests: tuple[Ended, ...]


def begin(files: RunFiles, opened: Opened, terms: Terms) -> None:
    """Write the first line.

    Args:
        files: of the run.
        opened: the run.
        terms: by which it is judged.
    """
    opening = Opening(
        own_profile=opened.run.own_profile,
        excluded=dict(terms.excluded),
        is_selection=terms.is_selection,
    )
    files.append(ESTABLISHED, msgspec.json.encode(opening))


def add(files: RunFiles, entry: Established, number: int) -> None:
    """Write the line of a test.

    Args:
        files: of the run.
        entry: what the test established.
        number: of the round, from 1.
    """
    files.append(ESTABLISHED, msgspec.json.encode(Ended(round=number, entry=entry)))


def read_established(directory: Path) -> Stored:
    """Read the file.

    Args:
        directory: of the run.

    Returns:
        What stands there; a last line that a kill has cut off is left out.

    Raises:
        UsageError: if there is none, or it is not of this form.
    """
    path = directory / ESTABLISHED
    try:
        first, *rest = path.read_bytes().split(b"\n")[:-1]
        opening = msgspec.json.decode(first, type=Opening)
        tests = tuple(msgspec.json.decode(line, type=Ended) for line in rest)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, msgspec.DecodeError) as error:
        raise UsageError(f"{path} is no record of this suite: {error}") from None
    return Stored(opening, tests)

"""What an adapter tells about itself is believed only where it can be true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from conformance.door.messages import Initialized

from .command import Wfc

if TYPE_CHECKING:
    from pathlib import Path

GREETING = {"protocol_version": "1", "name": "n", "version": "0", "language": "C", "pid": 7}
#: All that docs/protocol.md names.
KNOWN = ("concurrent", "inspect", "log", "forget", "block", "env", "simple", "isolated_env")
WRONG = [
    ({"pid": -4}, "Expected `int` >= 1 - at `$.pid`"),
    ({"pid": 0}, "Expected `int` >= 1 - at `$.pid`"),
    ({"capabilities": ["log", "concurent"]}, "'concurent' (did you mean concurrent?)"),
    ({"capabilities": ["teleport"]}, f"'teleport' (there are {', '.join(KNOWN)})"),
]


@pytest.mark.parametrize(("said", "told"), WRONG)
def test_a_greeting_that_cannot_be_true_is_refused(said: dict[str, Any], told: str) -> None:
    """A pid that no process has, a capability that there is not."""
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(msgspec.json.encode(GREETING | said), type=Initialized)
    assert told in str(caught.value)


def test_every_capability_may_be_claimed() -> None:
    greeting = GREETING | {"capabilities": KNOWN}
    about = msgspec.json.decode(msgspec.json.encode(greeting), type=Initialized)
    assert about.capabilities == KNOWN


def test_another_version_may_have_others() -> None:
    """It is refused by its number, which says more."""
    greeting = GREETING | {"protocol_version": "2", "capabilities": ["teleport"]}
    about = msgspec.json.decode(msgspec.json.encode(greeting), type=Initialized)
    assert about.capabilities == ("teleport",)


@pytest.mark.parametrize(("said", "told"), WRONG[1:3])
def test_a_run_tells_it(tmp_path: Path, said: dict[str, Any], told: str) -> None:
    """In one line, and nothing is judged."""
    place = tmp_path / "place"
    place.mkdir()
    wfc = Wfc(place)
    ended = wfc("run", "--impl", wfc.adapter(f"answer(ABOUT | {said!r})"), "--effort", "none")
    assert (ended.status, ended.out, ended.err.count("\n")) == (8, "", 1), ended
    assert told in ended.err

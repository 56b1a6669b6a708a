"""The grammar of faults: what it takes, what it refuses, and that it never does else."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, strategies as st

from fake_daemons.faults import ANYWHERE, EVERY_KEY, KEYS, POINTS, Fault, FaultError, parse, select
from fake_daemons.scene import parameter

#: Kind of an argument → one that is good, one that is not.
_ARGUMENTS = {
    "name": ("gate-1", "a/b"),
    "seconds": ("0.25", "-1"),
    "stream": ("stdout", "stdin"),
    "status": ("255", "256"),
    "errno": ("11", "0"),
    "int32": ("-2147483648", "2147483648"),
    "text": ("a%20%3B%40%2C", "%"),
    "hex": ("00ff", "0"),
    "pieces": ("4", "5"),
    "pid": ("gone", "other"),
    "count": ("0", "-1"),
    "limit": ("256", "257"),
    "then": ("reset", "later"),
    "ticket": ("a_1:9", "a_1:10"),
}
_ALL = [
    (point, action, kind)
    for point, own in POINTS.items()
    for action, kind in {**ANYWHERE, **own}.items()
]
_KEYS = [(action, key, kind) for action, keys in KEYS.items() for key, kind in keys.items()]
_KEYS += [("kill", key, kind) for key, kind in EVERY_KEY.items()]


def _good(action: str, kind: str) -> str:
    return f"{action}:{_ARGUMENTS[kind.lstrip('?')][0]}" if kind else action


def _one(text: str) -> Fault:
    (fault,) = parse(text)
    return fault


@pytest.mark.parametrize(("point", "action", "kind"), _ALL)
def test_every_action_at_every_point(point: str, action: str, kind: str) -> None:
    fault = _one(f"{point}={_good(action, kind)},then=exit,ticket=Z:1@g2-c1-3")
    keys = {"then": "exit", "ticket": "Z:1"}
    assert (fault.point, fault.action, fault.keys) == (point, action, keys)
    assert fault.generations[0] == 2
    assert fault.connections == (1, 3)


@pytest.mark.parametrize(("point", "action", "kind"), _ALL)
def test_every_argument_is_checked(point: str, action: str, kind: str) -> None:
    if kind:
        bad = [f"{action}:{_ARGUMENTS[kind.lstrip('?')][1]}"]
        bad += [] if kind.startswith("?") else [action]
    else:
        bad = [f"{action}:", f"{action}:1"]
    for text in bad:
        with pytest.raises(FaultError):
            parse(f"{point}={text}")


@pytest.mark.parametrize(("action", "key", "kind"), _KEYS)
def test_every_key_is_checked(action: str, key: str, kind: str) -> None:
    point, own = next((point, own) for point, name, own in _ALL if name == action)
    good, bad = _ARGUMENTS[kind]
    text = f"{point}={_good(action, own)}"
    assert key in _one(f"{text},{key}={good}").keys
    for wrong in (f"{key}={bad}", f"{key}={good},{key}={good}", f"un{key}={good}"):
        with pytest.raises(FaultError):
            parse(f"{text},{wrong}")


@pytest.mark.parametrize("ticket", ["a:1", "_:9", "Az_09:3", "9:2", "%61:1", "a%3A1"])
def test_tickets(ticket: str) -> None:
    name, _, count = _one(f"accept=reset,ticket={ticket}").keys["ticket"].partition(":")
    assert name
    assert count in "123456789"


@pytest.mark.parametrize(
    "ticket",
    [
        *("", "a", ":", ":1", "a:", "a:0", "a:10", "a:01", "a:+1", "a:x", "a:1:1", "a.b:1"),
        *("a-b:1", "%C3%A4:1", "%FF:1", "a%2Fb:1", "..:1", "a%20:1", "a:%C2%B2", "a:12"),
    ],
)
def test_tickets_that_are_none(ticket: str) -> None:
    with pytest.raises(FaultError, match=r"ticket|argument|escape"):
        parse(f"accept=reset,ticket={ticket}")


@pytest.mark.parametrize("text", ["", " ", ";", " ; \n;"])
def test_blank_is_no_fault(text: str) -> None:
    assert parse(text) == []


def test_order_is_kept() -> None:
    faults = parse(" accept=close@c2 ;accept=reset; accept=kill ;")
    assert [fault.action for fault in faults] == ["close", "reset", "kill"]


def test_values_are_decoded() -> None:
    fault = _one("start=exit:3,stderr=a%3B%2C%40%25%C3%A4")
    assert fault.argument == "3"
    assert fault.keys["stderr"] == "a;,@%ä"


@pytest.mark.parametrize(
    ("selector", "hits", "misses"),
    [
        ("", [(1, 0), (9, 9)], []),
        ("@", [(1, 0)], []),
        ("@g2", [(2, 0), (2, 7)], [(1, 0), (3, 0)]),
        ("@g2-", [(2, 0), (99, 1)], [(1, 1)]),
        ("@g2-3", [(2, 0), (3, 0)], [(1, 0), (4, 0)]),
        ("@c1", [(1, 1), (5, 1)], [(1, 0), (1, 2)]),
        ("@c2-", [(1, 2), (1, 99)], [(1, 1), (1, 0)]),
        ("@g1c2-3", [(1, 2), (1, 3)], [(2, 2), (1, 1), (1, 4)]),
    ],
)
def test_selectors(
    selector: str, hits: list[tuple[int, int]], misses: list[tuple[int, int]]
) -> None:
    fault = _one(f"accept=close{selector}")
    assert all(fault.strikes("accept", *here) for here in hits)
    assert not any(fault.strikes("accept", *here) for here in misses)
    assert not fault.strikes("fork", 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "start",
        "start=",
        "=exit",
        "nowhere=exit",
        "start=nothing",
        "start =exit",
        "hang_up=ignore:1",
        "start=exit:",
        "start=exit:+1",
        "start=exit:01",
        "start=exit:1_0",
        "start=slow:nan",
        "start=slow:3601",
        "start=slow:x",
        "start=gate:",
        "start=gate:..",
        "announce=bytes:",
        "announce=bytes:00%20ff",
        "announce=port:1.5",
        "announce=text:%4",
        "announce=text:%zz",
        "announce=text:%  ",
        "start=exit,",
        "start=exit,stderr",
        "start=kill,stderr",
        "start=exit@x",
        "start=exit@g",
        "start=exit@g0",
        "start=exit@g3-2",
        "start=exit@g1-x",
        "start=exit@c",
        "start=exit@c1g1",
        "start=exit@g-2",
        "start=exit@c1@c1",
    ],
)
def test_refusals_name_the_text(text: str) -> None:
    with pytest.raises(FaultError, match="cannot parse fault") as refused:
        parse(f"accept=close;{text}")
    assert repr(text.strip()) in str(refused.value)


@pytest.mark.parametrize("text", ["x", "g", "c0", "gc"])
def test_selector_alone(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        select(Fault("start", "kill"), text)


@given(st.text(alphabet=st.sampled_from("acegxstart=,;:@%-0123456789 kilé\ud800")))
def test_any_text_is_faults_or_a_fault_error(text: str) -> None:
    with contextlib.suppress(FaultError):
        assert all(fault.point in POINTS for fault in parse(text))


@given(st.binary().filter(lambda raw: 0 not in raw))
def test_parameters_survive_the_grammar(raw: bytes) -> None:
    value = raw.decode("utf-8", "surrogateescape")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WFC_TEXT", value)
        text = parameter("TEXT", "")
    assert _one(f"start=exit,stderr={text}").keys["stderr"] == value

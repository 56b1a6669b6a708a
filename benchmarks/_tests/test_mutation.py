"""The machine that makes mutants: what it changes, what it leaves out, how it accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from benchmarks.mutation import survivors
from benchmarks.mutation.judging import PACKAGE, Outcome, judge
from benchmarks.mutation.likeness import meaning
from benchmarks.mutation.mutations import Mutant, Mutation, mutants
from benchmarks.mutation.statements import mutated
from benchmarks.mutation.survivors import Survivor, account
from conformance.door.find import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = '''\
def read(self, size: int) -> bytes | None:
    """Read."""
    taken = 0
    with self.lock:
        self.left -= size
        self.told = self.ask(size, within=3)
    if taken:
        return
    return self.queue.pop(size, None)
'''

MUTATION = Mutation(module="m", function="f", operator="o", was="a", becomes="b")
OTHER = msgspec.structs.replace(MUTATION, nth=2)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(a: int) -> str: ...", "def f(a: str) -> int: ..."),
        ("x: int = 1", "x = 1"),
        ('def f():\n    """Old."""', 'def f():\n    """New."""'),
        ("if TYPE_CHECKING:\n    import a", "if not TYPE_CHECKING:\n    import a"),
        ("TYPE_CHECKING = False", "TYPE_CHECKING = True"),
        ("if not a < b: c()", "if a >= b: c()"),
        ("if not not a: c()", "if a: c()"),
    ],
)
def test_what_cannot_matter_has_the_same_meaning(one: str, other: str) -> None:
    assert meaning(one) == meaning(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x: int = 1", "x: int = 2"),
        ("if not (a and b): c()", "if a and b: c()"),
        ("def f(a=1): ...", "def f(a=2): ..."),
        ("if a < b: c()", "if a <= b: c()"),
    ],
)
def test_what_matters_has_not(one: str, other: str) -> None:
    assert meaning(one) != meaning(other)


def test_our_operators_change_statements_and_arguments() -> None:
    """A local variable stays, as its reader would fail at once; so do annotation and text."""
    made = [one.mutation for one in mutants("m", SOURCE, mutated(SOURCE))]
    assert [(one.operator, one.was, one.becomes) for one in made] == [
        ("context dropped", "with self.lock:", 'with open("/dev/null"):'),
        ("statement deleted", "self.left -= size", "pass"),
        ("statement deleted", "self.told = self.ask(size, within=3)", "pass"),
        ("argument dropped", "self.told = self.ask(size, within=3)", "self.told = self.ask(size)"),
        ("statement deleted", "return", "pass"),
        ("result dropped", "return self.queue.pop(size, None)", "return None"),
        (
            "argument dropped",
            "return self.queue.pop(size, None)",
            "return self.queue.pop(size)",
        ),
    ]
    assert {one.function for one in made} == {"read"}


def test_a_change_that_cannot_matter_is_left_out_and_likes_are_numbered() -> None:
    source = "class A:\n    def f(self):\n        g()\n        g()\n"
    same, first, second = (
        source + "# more\n",
        source[:-4] + "h()\n",
        source.replace("g()", "h()", 1),
    )
    changed = [("same", same), ("other", first), ("other", second), ("again", second)]
    made = [one.mutation for one in mutants("m", source, changed)]
    assert [(one.function, one.was, one.nth) for one in made] == [
        ("A.f", "g()", 2),
        ("A.f", "g()", 1),
    ]


def test_the_account_knows_what_is_not_listed_and_what_is_stale() -> None:
    known = Survivor(**msgspec.structs.asdict(MUTATION), kind="equivalent", reason="it is")
    told = account([MUTATION, OTHER], [MUTATION], {MUTATION: known})
    assert (told.killed, told.kinds, told.unlisted, told.stale) == (1, {"equivalent": 1}, (), ())
    assert (told.score(), told.score("equivalent"), told.score("beyond")) == (50, 100, 50)
    told = account([MUTATION, OTHER], [OTHER], {MUTATION: known})
    assert (told.unlisted, told.stale, told.kinds) == ((OTHER,), (MUTATION,), {})


def test_an_entry_reads_as_it_was_written() -> None:
    entry = survivors.as_entry(OTHER).replace('kind = ""', 'kind = "beyond"')
    (read,) = survivors.parse(entry.replace('reason = ""', 'reason = "so"').encode())
    assert read == OTHER


def test_a_survivor_without_a_reason_is_refused() -> None:
    entry = survivors.as_entry(OTHER).replace('kind = ""', 'kind = "beyond"')
    with pytest.raises(ValueError, match="no reason"):
        survivors.parse(entry.encode())


def _sources() -> Iterator[tuple[str, str]]:
    for path in (ROOT / PACKAGE).glob("*.py"):
        yield path.stem, " ".join(path.read_text(encoding="utf-8").split())


def test_what_is_listed_still_stands_in_the_reference() -> None:
    sources = dict(_sources())
    listed = survivors.parse(survivors.FILE.read_bytes())
    assert [one for one in listed if one.was not in sources[one.module]] == []


@pytest.mark.timeout(120)
def test_the_copy_is_judged_and_not_the_checkout() -> None:
    """A factory whose module cannot be imported does not start; one without result fails."""
    source = (ROOT / PACKAGE / "factory.py").read_text(encoding="utf-8")
    mute = source.replace("return self.reuse() or self.create_through_daemon()", "return None")
    factory = msgspec.structs.replace(MUTATION, module="factory")
    found = {
        one.mutant.source: one.outcome
        for one in judge([Mutant(factory, "raise ImportError"), Mutant(factory, mute)], 2)
    }
    assert found == {"raise ImportError": Outcome.NO_START, mute: Outcome.KILLED}

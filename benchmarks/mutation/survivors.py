"""The list of known survivors, each with its reason, held against what was found."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from benchmarks.mutation.mutations import Mutation

if TYPE_CHECKING:
    from collections.abc import Collection

Kind = Literal["equivalent", "beyond", "unreachable"]

#: Stands beside the code, as it changes with it.
FILE = Path(__file__).with_name("survivors.toml")


class Survivor(Mutation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mutation that the scenarios cannot tell from the reference.

    Attributes:
        kind: `equivalent`: the two do the same; `beyond`: they do not, but both keep every
            clause; `unreachable`: it breaks a clause, but only where no scenario gets to.
        reason: why.
    """

    kind: Kind
    reason: str

    @property
    def mutation(self) -> Mutation:
        """The mutation alone."""
        fields = {name: getattr(self, name) for name in Mutation.__struct_fields__}
        return msgspec.convert(fields, Mutation)


class _List(msgspec.Struct, forbid_unknown_fields=True):
    survivor: list[Survivor] = []


def parse(text: bytes) -> dict[Mutation, Survivor]:
    """Read a list.

    Args:
        text: TOML.

    Returns:
        Every known survivor.

    Raises:
        ValueError: a mutation stands there twice, or without a reason.
    """
    listed = msgspec.toml.decode(text, type=_List).survivor
    known = {one.mutation: one for one in listed}
    if len(known) < len(listed):
        raise ValueError("a mutation is listed twice")
    if unexplained := [one.mutation for one in listed if not one.reason.strip()]:
        raise ValueError(f"no reason is given for {unexplained[0]}")
    return known


def as_entry(mutation: Mutation) -> str:
    """Write an entry for the list, kind and reason still open.

    Args:
        mutation: that survived.

    Returns:
        Lines of TOML.
    """
    fields = [(name, getattr(mutation, name)) for name in Mutation.__struct_fields__]
    told = [(name, value) for name, value in fields if (name, value) != ("nth", 1)]
    quoted = [f"{name} = {msgspec.json.encode(value).decode()}" for name, value in told]
    return "\n".join(["[[survivor]]", *quoted, 'kind = ""', 'reason = ""'])


class Account(msgspec.Struct, frozen=True):
    """How what was found compares with the list.

    Attributes:
        mutations: how many were judged.
        killed: how many the scenarios told from the reference.
        kinds: how many of the survivors are listed as what.
        unlisted: survivors that the list does not know.
        stale: listed ones that were killed, or exist no more.
    """

    mutations: int
    killed: int
    kinds: dict[Kind, int]
    unlisted: tuple[Mutation, ...]
    stale: tuple[Mutation, ...]

    def score(self, *apart: Kind) -> float:
        """Tell the share of those killed, survivors of some kinds left apart.

        Args:
            *apart: these do not count.

        Returns:
            Per cent.
        """
        counted = self.mutations - sum(self.kinds.get(kind, 0) for kind in apart)
        return 100 * self.killed / counted if counted else 100.0


def account(
    judged: Collection[Mutation],
    survived: Collection[Mutation],
    listed: dict[Mutation, Survivor],
) -> Account:
    """Hold what was found against the list.

    Args:
        judged: all that were judged.
        survived: those that the scenarios did not tell from the reference.
        listed: known survivors of what was to be judged.

    Returns:
        The account.
    """
    known = [one for one in survived if one in listed]
    return Account(
        mutations=len(judged),
        killed=len(judged) - len(survived),
        kinds=Counter(listed[one].kind for one in known),
        unlisted=tuple(one for one in survived if one not in listed),
        stale=tuple(one for one in listed if one not in known),
    )

"""The text of a baseline file after an entry was put in, changed or taken out."""

from __future__ import annotations

from datetime import date

import pytest
import tomlkit
from hypothesis import given, settings, strategies as st

from conformance.cli.baseline import Entry
from conformance.cli.baseline_text import with_entry, without_entries
from conformance.errors import UsageError

FILE = """\
# Deviations of our factory.
# Ask the owners before you add one.

# about the first
[[deviation]] # also about the first
clause = "F-RST-01"   # an id
wrong = "a"
reason = '''first
[[deviation]]
'''
# ends the first

# about the second
[[deviation]]
clause = "F-RST-02"
wrong = "b"
reason = "second"

# about nobody in particular

[[deviation]]
wrong = "c"
clause = "F-RST-03"
reason = "third"
# last words
"""


def kept(text: str) -> list[str]:
    """The ids that stand in a file, in its order."""
    return [one["clause"] for one in tomlkit.parse(text).unwrap().get("deviation", [])]


def test_nothing_changes_where_nothing_is_asked() -> None:
    """The pieces, put together again, are the file."""
    assert without_entries(FILE, ()) == FILE


@pytest.mark.parametrize(
    ("gone", "left_out"),
    [
        ("F-RST-01", ["about the first", "also about the first", "ends the first"]),
        ("F-RST-02", ["about the second"]),
        ("F-RST-03", []),
    ],
)
def test_an_entry_goes_with_the_comments_about_it_and_no_others(
    gone: str, left_out: list[str]
) -> None:
    text = without_entries(FILE, [gone])
    assert kept(text) == [one for one in kept(FILE) if one != gone]
    comments = [line for line in FILE.splitlines() if line.startswith("# ")]
    for comment in comments:
        assert (comment in text) == (comment.removeprefix("# ") not in left_out), comment
    assert "\n\n\n" not in text


def test_the_lines_of_other_entries_stay_as_they_are() -> None:
    text = without_entries(FILE, ["F-RST-02"])
    above, _, rest = FILE.partition("# about the second\n")
    assert text == above + rest.partition('reason = "second"\n\n')[2]


def test_a_file_without_its_entries_keeps_what_is_about_none() -> None:
    assert without_entries(FILE, kept(FILE)) == (
        "# Deviations of our factory.\n# Ask the owners before you add one.\n\n"
        "# about nobody in particular\n\n# last words\n"
    )


def test_a_comment_above_the_first_entry_may_be_about_the_file() -> None:
    """Nothing tells it from a comment about the entry, so it stays."""
    text = '# ours\n[[deviation]]\nclause = "F-RST-01"\nwrong = "a"\nreason = "r"\n'
    assert without_entries(text, ["F-RST-01"]) == "# ours\n"


def test_a_new_entry_stands_at_the_end() -> None:
    new = Entry(clause="F-RST-04", wrong="d|e", reason='say "no"', expires=date(2026, 12, 31))
    assert with_entry(FILE, new) == FILE + (
        '\n[[deviation]]\nclause = "F-RST-04"\nwrong = "d|e"\nreason = "say \\"no\\""\n'
        "expires = 2026-12-31\n"
    )


def test_the_first_entry_makes_the_file() -> None:
    text = with_entry("", Entry(clause="F-RST-04", wrong="d", reason="r", link="https://a/1"))
    assert text == (
        '[[deviation]]\nclause = "F-RST-04"\nwrong = "d"\nreason = "r"\nlink = "https://a/1"\n'
    )


def test_a_changed_entry_stays_in_its_place_with_its_comments() -> None:
    changed = Entry(
        clause="F-RST-01", wrong="a|z", reason="other", link="https://a/1", certain=False
    )
    text = with_entry(FILE, changed)
    assert kept(text) == kept(FILE)
    assert (
        'wrong = "a|z"\nreason = "other"\nlink = "https://a/1"\ncertain = false\n'
        "# ends the first\n\n# about the second\n"
    ) in text
    assert 'clause = "F-RST-01"   # an id\n' in text
    assert text.partition("# about the second")[2] == FILE.partition("# about the second")[2]


def test_a_field_that_is_no_more_goes() -> None:
    text = with_entry("", Entry(clause="F-RST-04", wrong="d", reason="r", expires=date.max))
    assert with_entry(text, Entry(clause="F-RST-04", wrong="d", reason="r")) == (
        '[[deviation]]\nclause = "F-RST-04"\nwrong = "d"\nreason = "r"\n'
    )


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_lines_may_end_as_the_user_has_them(end: str) -> None:
    text = without_entries(FILE.replace("\n", end), ["F-RST-02"])
    assert text == without_entries(FILE, ["F-RST-02"]).replace("\n", end)


def test_entries_in_one_array_are_read_but_not_edited() -> None:
    text = 'deviation = [{clause = "F-RST-01", wrong = "a", reason = "r"}]\n'
    with pytest.raises(UsageError, match=r"\[\[deviation\]\]"):
        without_entries(text, ["F-RST-01"])
    with pytest.raises(UsageError, match=r"\[\[deviation\]\]"):
        with_entry(text, Entry(clause="F-RST-02", wrong="a", reason="r"))


#: What may stand between entries, and what they may look like.
GAPS = st.lists(st.sampled_from(["# a word\n", "\n", "  # another\n", "\n\n", "#\n"]), max_size=4)
FORMS = st.sampled_from(
    [
        '[[deviation]]\nclause = "{}"\nwrong = "a"\nreason = "r"\n',
        "[[ deviation ]]  # why\nreason = '''\n[[deviation]]\n'''\nwrong = 'a'\nclause = '{}'\n",
        '[["deviation"]]\nclause = "{}" # id\n\n\nwrong = "a"\nreason = "r"\n',
    ]
)


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(st.lists(st.tuples(GAPS, FORMS), max_size=4), GAPS, st.sets(st.integers(0, 3)))
def test_whatever_a_file_looks_like_the_other_entries_stay(
    parts: list[tuple[list[str], str]], end: list[str], numbers: set[int]
) -> None:
    """Taken out, put back in, changed: what was not asked for has the fields that it had."""
    named = [("".join(gap), form.format(f"C-{at}")) for at, (gap, form) in enumerate(parts)]
    text = "".join(map("".join, named)) + "".join(end)
    entries = tomlkit.parse(text).unwrap().get("deviation", [])
    gone = {f"C-{number}" for number in numbers}
    left = tomlkit.parse(without_entries(text, gone)).unwrap().get("deviation", [])
    assert left == [one for one in entries if one["clause"] not in gone]
    changed = with_entry(text, Entry(clause="C-1", wrong="a|b", reason="r"))
    told = {one["clause"]: one for one in tomlkit.parse(changed).unwrap()["deviation"]}
    assert told.pop("C-1") == {"clause": "C-1", "wrong": "a|b", "reason": "r"}
    assert list(told.values()) == [one for one in entries if one["clause"] != "C-1"]

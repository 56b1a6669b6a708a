"""`wfc baseline show`, `accept` and `prune` on stored runs that were made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.cli.baseline import read_baseline, read_entries
from conformance.cli.commands import invoke
from conformance.evidence.findings import Verdict

from .hand_made_runs import entry, store

if TYPE_CHECKING:
    from pathlib import Path

OLD = '[[deviation]]\nclause = "F-RST-01"\nwrong = "a"\nreason = "old"\nlink = "https://a/1"\n'


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of the user's, with an old entry in baseline.toml."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "baseline.toml").write_text(OLD, encoding="utf-8")
    return tmp_path


def accept(place: Path, *options: str, clause: str = "F-RST-01", reason: str = "new") -> int:
    """Accept what the stored run has, in baseline.toml."""
    wanted = ("--clause", clause, "--reason", reason, "--baseline", "baseline.toml")
    return invoke(["baseline", "accept", str(place / "wfc-report"), *wanted, *options])


def prune(place: Path) -> int:
    """Prune baseline.toml by the stored run."""
    return invoke(["baseline", "prune", str(place / "wfc-report"), "--baseline", "baseline.toml"])


def first(place: Path) -> dict[str, Any]:
    """The fields of the first entry."""
    one = read_entries(place / "baseline.toml")[0]
    return {name: getattr(one, name) for name in one.__struct_fields__}


# -- accept --------------------------------------------------------------------------------


def test_what_was_found_is_accepted_with_a_reason(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store(place, entry("F-RST-02", Verdict.FAIL, "b", "c", "b"))
    assert accept(place, "--expires", "2999-01-01", clause="F-RST-02") == 0
    assert (place / "baseline.toml").read_text(encoding="utf-8") == OLD + (
        '\n[[deviation]]\nclause = "F-RST-02"\nwrong = "b|c"\nreason = "new"\n'
        "expires = 2999-01-01\n"
    )
    assert capsys.readouterr().out.splitlines() == [
        "accepted F-RST-02: b|c (until 2999-01-01)",
        "2 deviations in baseline.toml",
    ]


def test_an_entry_gets_the_new_wrong_and_reason_and_keeps_the_rest(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store(place, entry("F-RST-01", Verdict.STALE, "b", reason="fails another way"))
    assert accept(place) == 0
    assert first(place) | {"wrong": "a|b", "reason": "new", "link": "https://a/1"} == first(place)
    assert capsys.readouterr().out.splitlines()[1:3] == [
        "  the wrong was  a",
        "  the reason was  old",
    ]


def test_a_link_an_end_and_doubt_can_be_given_and_an_end_taken_away(place: Path) -> None:
    store(place, entry("F-RST-01", Verdict.FAIL, "a"))
    assert accept(place, "--link", "https://a/2", "--expires", "2999-01-01", "--uncertain") == 0
    assert (first(place)["link"], first(place)["certain"]) == ("https://a/2", False)
    assert str(first(place)["expires"]) == "2999-01-01"
    assert accept(place, "--expires", "never") == 0
    assert first(place)["expires"] is None
    assert (first(place)["link"], first(place)["certain"]) == ("https://a/2", False)


def test_an_expired_entry_needs_a_new_end(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "baseline.toml").write_text(OLD + "expires = 2020-01-01\n", encoding="utf-8")
    store(place, entry("F-RST-01", Verdict.STALE, "a", reason="the entry expired"))
    assert accept(place) == 4
    assert "F-RST-01 expired on 2020-01-01: give a later --expires" in capsys.readouterr().err
    assert accept(place, "--expires", "2999-01-01") == 0


@pytest.mark.parametrize("verdict", [one for one in Verdict if one not in ("FAIL", "STALE")])
def test_what_was_not_found_cannot_be_accepted(
    place: Path, verdict: Verdict, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pass, advice, and what was not judged; KNOWN has findings, and here none."""
    store(place, entry("F-RST-02", verdict, reason="such is life"))
    assert accept(place, clause="F-RST-02") == 4
    said = capsys.readouterr().err
    assert said == (
        f"wfc: nothing unexpected was found against F-RST-02: {verdict}, such is life\n"
    )
    assert (place / "baseline.toml").read_text(encoding="utf-8") == OLD


def test_what_the_profile_records_is_not_accepted_again(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Spark's own deviation is no entry of the user's; what is new beside it is."""
    recorded, new = "double_handouts", "open_connections"
    store(place, entry("F-POOL-12", Verdict.KNOWN, recorded), profile="spark-3.5")
    assert accept(place, clause="F-POOL-12") == 4
    assert "nothing unexpected" in capsys.readouterr().err
    store(place, entry("F-POOL-12", Verdict.FAIL, recorded, new), profile="spark-3.5")
    assert accept(place, clause="F-POOL-12") == 0
    assert read_entries(place / "baseline.toml")[1].wrong == new


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--reason", " "], "needs a wrong and a reason"),
        (["--link", "javascript:alert(1)"], "must begin with https://"),
        (["--expires", "soon"], "'soon' is no date: write 2026-12-31, or never"),
        (["--expires", "2020-01-01"], "expired on 2020-01-01"),
        (["--clause", "F-RTS-01"], "did you mean F-RST-01"),
        (["--clause", "F-RST-03"], "that run knows no F-RST-03"),
        (["--baseline", "no/such/directory/baseline.toml"], "cannot write"),
        (["--baseline", "."], "is a directory"),
    ],
)
def test_what_cannot_be_accepted_changes_no_file(
    place: Path, options: list[str], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of several clauses, all are accepted or none."""
    store(place, entry("F-RST-02", Verdict.FAIL, "b"))
    assert accept(place, *options, clause="F-RST-02") == 4
    said = capsys.readouterr().err
    assert what in said
    assert said.count("\n") == 1
    assert (place / "baseline.toml").read_text(encoding="utf-8") == OLD
    assert sorted(one.name for one in place.iterdir()) == ["baseline.toml", "wfc-report"]


def test_a_reason_and_a_clause_are_asked_for(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = str(store(place, entry("F-RST-02", Verdict.FAIL, "b")))
    for given, missing in (("--clause", "--reason"), ("--reason", "--clause")):
        assert invoke(["baseline", "accept", run, given, "F-RST-02"]) == 4
        assert f"'{missing}'" in capsys.readouterr().err


def test_a_link_to_the_file_stays_a_link(place: Path) -> None:
    (place / "baseline.toml").rename(place / "real.toml")
    (place / "baseline.toml").symlink_to("real.toml")
    store(place, entry("F-RST-02", Verdict.FAIL, "b"))
    assert accept(place, clause="F-RST-02") == 0
    assert (place / "baseline.toml").is_symlink()
    assert "F-RST-02" in (place / "real.toml").read_text(encoding="utf-8")


def test_the_baseline_of_the_settings_is_the_default(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = str(store(place, entry("F-RST-02", Verdict.FAIL, "b")))
    assert invoke(["baseline", "show"]) == 4
    assert "`baseline` in pyproject.toml or wfc.toml" in capsys.readouterr().err
    (place / "pyproject.toml").write_text(
        '[tool.worker-factory-conformance]\nbaseline = "new.toml"\n', encoding="utf-8"
    )
    wanted = ("--clause", "F-RST-02", "--reason", "r")
    assert invoke(["baseline", "accept", run, *wanted]) == 0
    assert [one.clause for one in read_entries(place / "new.toml")] == ["F-RST-02"]
    assert invoke(["baseline", "show"]) == 0
    assert "F-RST-02  for ever  b: r" in capsys.readouterr().out
    store(place, entry("F-RST-02", Verdict.PASS))
    assert invoke(["baseline", "prune", run]) == 0
    assert read_entries(place / "new.toml") == ()


# -- prune ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "wrongs", "more", "said"),
    [
        (Verdict.PASS, [], "", "removed F-RST-01: it passes"),
        (Verdict.STALE, [], "", "removed F-RST-01: it passes"),
        (Verdict.STALE, [], "expires = 2020-01-01\n", "removed F-RST-01: it passes"),
        (Verdict.STALE, ["b"], "", "kept F-RST-01: it fails by b"),
        (
            *(Verdict.STALE, ["a"], "expires = 2020-01-01\n"),
            "kept F-RST-01: it fails by a; EXPIRED 2020-01-01",
        ),
        (Verdict.KNOWN, ["a"], "", "kept F-RST-01: it fails by a"),
        (Verdict.FAIL, ["a"], "", "kept F-RST-01: it fails by a"),
        (Verdict.ADVICE, ["a"], "", "kept F-RST-01: it fails by a"),
        (Verdict.UNVERIFIED, [], "", "kept F-RST-01: it was not judged in that run: UNVERIFIED"),
        (Verdict.INCONCLUSIVE, [], "", "kept F-RST-01: it was not judged in that run: INCON"),
        (Verdict.HARNESS_ERROR, [], "", "kept F-RST-01: it was not judged in that run: HARNESS"),
        (Verdict.NOT_APPLICABLE, [], "", "kept F-RST-01: it was not judged in that run: NOT"),
        (Verdict.PASS, [], "certain = false\n", "kept F-RST-01: it passed, and may"),
    ],
)
def test_only_what_passes_is_removed(  # noqa: PLR0913, PLR0917 - parameters of a table
    place: Path,
    verdict: Verdict,
    wrongs: list[str],
    more: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (place / "baseline.toml").write_text(OLD + more, encoding="utf-8")
    store(place, entry("F-RST-01", verdict, *wrongs))
    assert prune(place) == 0
    line, last = capsys.readouterr().out.splitlines()
    assert line.startswith(said)
    is_gone = said.startswith("removed")
    assert (read_entries(place / "baseline.toml") == ()) == is_gone
    assert last == ("0 deviations" if is_gone else "1 deviation") + (
        f" in baseline.toml, {int(is_gone)} removed"
    )


def test_a_file_is_not_touched_where_nothing_is_removed(place: Path) -> None:
    store(place, entry("F-RST-01", Verdict.KNOWN, "a"))
    before = (place / "baseline.toml").stat()
    assert prune(place) == 0
    after = (place / "baseline.toml").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("state", ["running", "interrupted"])
def test_a_run_that_was_cut_short_says_nothing_about_what_passes(
    place: Path, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store(place, entry("F-RST-01", Verdict.PASS), state=state)
    assert prune(place) == 4
    assert f"that run is {state}" in capsys.readouterr().err
    assert (place / "baseline.toml").read_text(encoding="utf-8") == OLD


# -- show and the file ---------------------------------------------------------------------


def test_a_baseline_is_shown_with_what_has_expired(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = '[[deviation]]\nclause = "D-07"\nwrong = "b"\nreason = "r"\n'
    (place / "baseline.toml").write_text(
        f"{OLD}{more}expires = 2020-01-01\ncertain = false\n", encoding="utf-8"
    )
    assert invoke(["baseline", "show", "baseline.toml"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "F-RST-01  for ever            a: old https://a/1",
        "D-07      EXPIRED 2020-01-01  b (not in every run): r",
        "2 deviations in baseline.toml, 1 expired",
    ]


def test_a_link_stands_in_the_verdict(place: Path) -> None:
    (known,) = read_baseline(place / "baseline.toml").known
    assert (known.how, known.evidence) == ("old", "baseline.toml, https://a/1")
    assert known.certain


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (OLD.replace("https:", "ftp:").encode(), "must begin with https://"),
        (OLD.replace('"a"', '"a|"').encode(), "needs a wrong"),
        (b'[[deviation]]\nclause = "\xff"\n', "utf-8"),
        (b"[[deviations]]\n", "deviations"),
        (OLD.replace("wrong", "worng").encode(), "`worng`"),
        (OLD.replace("F-RST", "F-RTS").encode(), "did you mean F-RST-01"),
    ],
)
def test_a_file_that_is_not_clear_is_one_line_and_exit_4(
    place: Path, content: bytes, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "baseline.toml").write_bytes(content)
    assert invoke(["baseline", "show", "baseline.toml"]) == 4
    said = capsys.readouterr().err
    assert said.startswith("wfc: baseline.toml: ")
    assert what in said
    assert said.count("\n") == 1

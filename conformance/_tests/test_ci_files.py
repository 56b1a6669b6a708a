"""The action and the examples for CI: they name what exists, and their scripts are scripts."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import click
import pytest
import yaml

from conformance.cli.baseline import read_entries
from conformance.cli.baseline_commands import accept
from conformance.cli.commands import root, run
from conformance.cli.settings import find_settings
from conformance.door.find import ROOT
from conformance.drive import sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACTION = ROOT / "action.yml"
EXAMPLES = {name: ROOT / "docs" / "ci" / name for name in ("github.yml", "gitlab-ci.yml")}
PAGE = ROOT / "docs" / "gate.md"
JENKINSFILE = ROOT / "docs" / "ci" / "Jenkinsfile"
#: Options of `wfc run`, those that take something back included.
OPTIONS = {text for one in run.params for text in (*one.opts, *one.secondary_opts)}
#: Stands for an expression of GitHub's in a script.
EXPRESSION = re.compile(r"\$\{\{.*?\}\}")
#: A `wfc` that says what it was given, one argument a line, and how it ends.
TELLING = '#!/bin/sh\nprintf "%s\\n" "$@" > given\nexit {code}\n'


@pytest.fixture(autouse=True)
def checkout() -> None:
    """An installed suite carries neither action nor documentation."""
    if not ACTION.exists():
        pytest.skip("an installed suite carries no documentation")


def load(path: Path) -> dict[str, Any]:
    """A YAML file."""
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def steps_of(path: Path) -> list[dict[str, Any]]:
    """The steps of an action, or of all jobs of a workflow."""
    loaded = load(path)
    places = [loaded["runs"]] if "runs" in loaded else loaded["jobs"].values()
    return [step for place in places for step in place["steps"]]


def scripts() -> Iterator[tuple[str, str]]:
    """Every script in them, with the name of its file."""
    for path in (ACTION, EXAMPLES["github.yml"]):
        yield from ((path.name, step["run"]) for step in steps_of(path) if "run" in step)
    for job in load(EXAMPLES["gitlab-ci.yml"]).values():
        yield "gitlab-ci.yml", "\n".join(job["script"])
    text = JENKINSFILE.read_text(encoding="utf-8")
    yield from (("Jenkinsfile", one) for one in re.findall(r"sh '''(.*?)'''", text, re.DOTALL))


def bash(script: str, *options: str, cwd: Path | None = None, **env: str) -> int | None:
    """Run a script as GitHub does; tell the exit code."""
    process = sandbox.start(
        ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", *options, "-c", script],
        env={"PATH": "/usr/bin:/bin"} | env,
        cwd=str(cwd) if cwd else None,
    )
    process.end(within_s=10)
    return process.exit_status()


def test_there_are_scripts_of_each_kind() -> None:
    assert {name for name, _ in scripts()} == {"action.yml", *EXAMPLES, "Jenkinsfile"}


@pytest.mark.parametrize("name", ["action.yml", *EXAMPLES, "Jenkinsfile"])
def test_every_script_can_be_parsed(name: str) -> None:
    for script in (text for file, text in scripts() if file == name):
        assert bash(EXPRESSION.sub("x", script), "-n") == 0, script
    assert bash("if true; then echo", "-n") != 0


@pytest.mark.parametrize("name", ["action.yml", *EXAMPLES, "Jenkinsfile"])
def test_every_option_exists(name: str) -> None:
    """Those of `wfc run` and of pip; what else there may be is to be written here."""
    named = {
        option
        for file, script in scripts()
        if file == name
        for line in script.splitlines()
        if "pip" not in line and "-m venv" not in line
        for option in re.findall(r"(?<![\w-])--[a-z-]+", line)
    }
    assert named <= OPTIONS
    assert named or name == "github.yml"


def test_the_page_names_what_there_is() -> None:
    """Commands with their options, files, settings, a baseline, exit codes."""
    text = PAGE.read_text(encoding="utf-8")
    for words in re.findall(r"wfc (baseline \w+|\w+)", text):
        command: click.Command = root
        for word in words.split():
            assert isinstance(command, click.Group), words
            command = command.commands[word]
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    assert named <= OPTIONS | {text for one in accept.params for text in one.opts}
    for link in re.findall(r"\]\((?!https:)(.+?)\)", text):
        assert (PAGE.parent / link).exists(), link
    assert set(re.findall(r"^\| (\d) \|", text, re.MULTILINE)) == set("012345678")


def test_the_page_s_toml_is_read(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    settings, baseline = blocks
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    assert find_settings(tmp_path)["run"]["gate"] is True
    (tmp_path / "b.toml").write_text(baseline, encoding="utf-8")
    (entry,) = read_entries(tmp_path / "b.toml")
    used = {name for name in entry.__struct_fields__ if getattr(entry, name)}
    rows = set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert used == rows == set(entry.__struct_fields__)


def test_no_script_of_the_action_holds_an_expression() -> None:
    """What a user, or a pull request, writes in an input goes by the environment alone."""
    for name, script in scripts():
        assert name != "action.yml" or not EXPRESSION.search(script), script


def test_the_inputs_of_the_action_are_used_and_the_workflow_s_exist() -> None:
    inputs = load(ACTION)["inputs"]
    step = next(one for one in steps_of(ACTION) if one.get("id") == "run")
    assert set(step["env"]) == {f"INPUT_{name.upper()}" for name in inputs}
    assert set(inputs) - {"extra"} <= {one.name for one in run.params}
    for name in step["env"]:
        assert f"${name}" in step["run"] or f"${{{name}" in step["run"], name
    (used,) = [one for one in steps_of(EXAMPLES["github.yml"]) if "OWNER/REPO" in str(one)]
    assert set(used["with"]) <= set(inputs)


def play_action(tmp_path: Path, code: int = 0, **given: str) -> tuple[int | None, list[str]]:
    """Play the action's main step; its exit code and what `wfc` was given."""
    (tmp_path / "wfc").write_text(TELLING.format(code=code), encoding="utf-8")
    os.chmod(tmp_path / "wfc", 0o700)
    inputs = {
        f"INPUT_{name.upper()}": str(one["default"]) for name, one in load(ACTION)["inputs"].items()
    }
    step = next(one for one in steps_of(ACTION) if one.get("id") == "run")
    env = inputs | {f"INPUT_{name.upper()}": text for name, text in given.items()}
    env |= {"PATH": f"{tmp_path}:/usr/bin:/bin", "GITHUB_OUTPUT": str(tmp_path / "output")}
    status = bash(step["run"], cwd=tmp_path, **env)
    arguments = tmp_path / "given"
    text = arguments.read_text(encoding="utf-8") if arguments.exists() else ""
    return status, text.splitlines()


def test_the_action_leaves_to_the_settings_what_is_not_given(tmp_path: Path) -> None:
    assert play_action(tmp_path) == (0, ["run", "--gate"])


def test_the_action_hands_every_input_on_as_one_word(tmp_path: Path) -> None:
    status, given = play_action(
        tmp_path,
        impl="cmd:./adapter --x '$(touch hit)'; touch hit",
        daemon="my.daemon",
        python="a b/python",
        profile="spark-3.5",
        baseline="b.toml",
        gate="false",
        jobs="2",
        out="o",
        extra="--level should\n  --clause F-*",
    )
    assert status == 0
    assert given == [
        *("run", "--impl", "cmd:./adapter --x '$(touch hit)'; touch hit"),
        *("--daemon", "my.daemon", "--python", "a b/python", "--profile", "spark-3.5"),
        *("--baseline", "b.toml", "--jobs", "2", "--out", "o", "--no-gate"),
        *("--level", "should", "--clause", "F-*"),
    ]
    assert not (tmp_path / "hit").exists()


def test_the_action_ends_as_the_suite_does_and_says_how(tmp_path: Path) -> None:
    status, _ = play_action(tmp_path, code=6)
    assert status == 6
    assert (tmp_path / "output").read_text(encoding="utf-8") == "exit-code=6\n"


def test_a_gate_that_is_neither_open_nor_shut_is_a_usage_error(tmp_path: Path) -> None:
    assert play_action(tmp_path, gate="yes") == (4, [])

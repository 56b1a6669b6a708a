"""The kinds of adapter that `wfc init` writes, and how a repository shows which it wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Kind(NamedTuple):
    """A kind of adapter.

    Attributes:
        template: its source, among the package's templates.
        file: what it is called in a repository.
        build: the command that must come before the first run, or nothing.
        impl: how `wfc run --impl` names it.
        setup: steps of a workflow that it needs.
        signs: files of a repository by which it is guessed.
    """

    template: str
    file: str
    build: str
    impl: str
    setup: str
    signs: tuple[str, ...]


_JAVA_SETUP = """\
      - uses: actions/setup-java@v4
        with:
          distribution: temurin
          java-version: "17"
      - run: javac -d build/conformance @Name@.java
"""

#: By the name that `--kind` has for it. In texts, @name@ is the adapter's name and @Name@
#: that of its class.
KINDS: dict[str, Kind] = {
    "jvm": Kind(
        template="Adapter.java.template",
        file="@Name@.java",
        build="javac -d build/conformance @Name@.java",
        impl="cmd:java -cp build/conformance @Name@",
        setup=_JAVA_SETUP,
        signs=("pom.xml", "build.gradle", "build.gradle.kts", "build.sbt"),
    ),
    "command": Kind(
        template="adapter.mjs.template",
        file="@name@.mjs",
        build="",
        impl="cmd:node @name@.mjs",
        setup='      - uses: actions/setup-node@v4\n        with:\n          node-version: "20"\n',
        signs=("package.json", "Cargo.toml", "go.mod", "CMakeLists.txt", "Package.swift"),
    ),
    "python": Kind(
        template="adapter.py.template",
        file="@name@.py",
        build="",
        impl="py:@name@:make",
        setup="      # What your factory needs, in the same Python: python3 -m pip install .\n",
        signs=(),
    ),
}


def guess_kind(directory: Path) -> str:
    """Guess which kind a repository wants.

    Args:
        directory: of the repository.

    Returns:
        The kind whose signs are there; `python` if none is, or if it is a Python project.
    """
    if (directory / "pyproject.toml").exists() or (directory / "setup.py").exists():
        return "python"
    for name, kind in KINDS.items():
        if any((directory / sign).exists() for sign in kind.signs):
            return name
    return "python"

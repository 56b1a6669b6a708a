"""The form of `wfc doctor --json`: the one source of docs/doctor.schema.json."""

from __future__ import annotations

from typing import Literal

import msgspec

from conformance.report.verdict_file import Form, Suite, hide_secrets

#: Exit codes (README): a stage after the announcement failed; none came so far; no answer.
_FAILED = 1
_INCONCLUSIVE = 7
_NOT_STARTED = 8
#: Until these have passed there is no daemon to speak to.
START_STAGES = ("executable", "start", "first bytes", "port", "path")


class PythonEntry(Form, frozen=True, kw_only=True):
    """The interpreter that Spark would start.

    Attributes:
        asked: as Spark would be told.
        source: who names it, such as `PYSPARK_PYTHON`.
        path: where it was found.
        real_path: what that leads to.
        version: such as `3.11.7`.
        prefix: of its environment.
        pyspark: version of the PySpark that it finds; empty if it finds none.
        pyspark_path: directory or zip of that.
        missing: modules that were asked for and are not there.
        requires: which Pythons that PySpark is for, such as `>=3.9`.
    """

    asked: str
    source: str
    path: str
    real_path: str
    version: str
    prefix: str
    pyspark: str = ""
    pyspark_path: str = ""
    missing: tuple[str, ...] = ()
    requires: str = ""


class StageEntry(Form, frozen=True, kw_only=True):
    """What became of one stage.

    Attributes:
        track: `executable`, `daemon` or `simple`.
        name: of the stage.
        verdict: on it.
        saw: what was seen, in one line.
        took_s: how long it took.
        symptom: short name of what is wrong; empty if it passed.
    """

    track: str
    name: str
    verdict: Literal["pass", "fail"]
    saw: str
    took_s: float
    symptom: str = ""


class Line(Form, frozen=True, kw_only=True):
    """A line of a start-up file or a module."""

    path: str
    line: int
    module: str = ""


class Culprit(Form, frozen=True, kw_only=True):
    """Who wrote to standard output before the port.

    Attributes:
        when: `program` (before Python's own start), `start` (a start-up file), `import` (an
            import of the daemon module), `nowhere` (the module itself, once it runs).
        places: lines of code that led there, the innermost first.
        text: what was written.
    """

    when: Literal["program", "start", "import", "nowhere"]
    places: tuple[Line, ...] = ()
    text: str = ""


class Trouble(Form, frozen=True, kw_only=True):
    """A stage that failed, and what comes of it.

    Attributes:
        track: `executable`, `daemon` or `simple`.
        stage: its name.
        symptom: short name of what is wrong.
        saw: what was seen.
        spark_says: the message that Spark makes of it.
        causes: the likely ones, the likeliest first.
        to_do: what helps.
        stderr: end of what the process wrote to its standard error.
        culprit: who wrote to standard output; null where nobody did, or it was not found.
    """

    track: str
    stage: str
    symptom: str
    saw: str
    spark_says: str
    causes: tuple[str, ...]
    to_do: str
    stderr: tuple[str, ...] = ()
    culprit: Culprit | None = None


class Examination(Form, frozen=True, kw_only=True):
    """What was seen on one host.

    Attributes:
        host: its name.
        executor: id of the executor; empty where there is none.
        commands: by track, how Spark would start it.
        python: the interpreter; null if there is none.
        stages: those that were reached, in their order.
        skipped: by track, why it was left out.
        troubles: the first stage that failed of each track.
        is_whole: whether the examination came to its end.
    """

    host: str = ""
    executor: str = ""
    commands: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict[str, tuple[str, ...]])
    python: PythonEntry | None = None
    stages: tuple[StageEntry, ...] = ()
    skipped: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    troubles: tuple[Trouble, ...] = ()
    is_whole: bool = False

    @property
    def exit_code(self) -> int:
        """What this host alone makes of the exit code."""
        if not self.troubles:
            return 0 if self.is_whole else _INCONCLUSIVE
        return _NOT_STARTED if self.troubles[0].stage in START_STAGES else _FAILED


class DoctorFile(Form, frozen=True, kw_only=True):
    """What `wfc doctor` saw of a daemon.

    Attributes:
        format: version of this form.
        suite: that looked.
        command: the command line.
        daemon: module that was examined.
        worker: worker module.
        exit_code: of the command.
        examinations: one a host, or one an executor.
        unanswered: ids of executors that gave no answer.
    """

    format: Literal["1"] = "1"
    suite: Suite
    command: tuple[str, ...]
    daemon: str
    worker: str
    exit_code: int
    examinations: tuple[Examination, ...]
    unanswered: tuple[str, ...] = ()


def total(examinations: tuple[Examination, ...], unanswered: tuple[str, ...] = ()) -> int:
    """Weigh all hosts into one exit code.

    Args:
        examinations: one a host.
        unanswered: executors that gave no answer.

    Returns:
        1 if a stage behind the announcement failed anywhere, else 8 if one before it did,
        else 7 if somebody gave no answer, else 0.
    """
    codes = {one.exit_code for one in examinations}
    if unanswered:
        codes.add(_INCONCLUSIVE)
    return next((code for code in (_FAILED, _NOT_STARTED, _INCONCLUSIVE) if code in codes), 0)


def encode(file: DoctorFile) -> str:
    """Write it as JSON, without secrets.

    Args:
        file: what to write.

    Returns:
        The text.
    """
    return hide_secrets(msgspec.json.format(msgspec.json.encode(file), indent=1).decode())

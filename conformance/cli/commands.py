"""The commands and options of `wfc`; what they do is imported when they are asked for."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

import conformance
from conformance.cli.baseline_commands import baseline
from conformance.cli.init.command import init
from conformance.cli.matrix.entry import matrix
from conformance.cli.shared_options import CLAUSES, EFFORT, jobs
from conformance.drive import interrupts
from conformance.errors import ConformanceError

_USAGE = 4
_INTERRUPTED = 2

_EPILOG = """\b
Exit codes: 0 nothing unexpected; 1 an unexpected failure; 2 interrupted; 3 an error of
the suite; 4 usage; 5 nothing scored; 6 a stale or expired baseline entry; 7 inconclusive,
or INCOMPLETE under --gate; 8 the implementation could not be started."""

_DOCTOR_EPILOG = """\b
Exit codes: 0 all stages pass; 1 a stage behind the daemon's announcement
fails, or a simple worker; 2 interrupted; 3 an error of the suite; 4 usage;
8 no daemon could be started (stages executable, start, first bytes, port),
with --impl the adapter does not work, with --in-executors Spark itself does
not start. Of several executors 1 wins over 8, and 8 over 7: an executor gave
no answer."""

_IMPL_HELP = "The implementation: py:MODULE:CALLABLE, cmd:COMMAND, spark:VENV or mutant:NAME."


def invoke(arguments: list[str]) -> int:
    """Run a command.

    Args:
        arguments: of the command line.

    Returns:
        The exit code.
    """
    try:
        code = root.main(arguments, prog_name="wfc", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.Abort:
        return _say("interrupted", _INTERRUPTED)
    except click.ClickException as error:
        return _complain(error)
    except ConformanceError as error:
        # What an interrupt has broken is not at fault.
        has_come = interrupts.current().has_come
        return _say(str(error), _INTERRUPTED if has_come else error.exit_code)
    return code if isinstance(code, int) else 0


def _complain(error: click.ClickException) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return _USAGE
    return _say(f"{error.format_message()}{_where_help_is(error)}", _USAGE)


def _where_help_is(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f" ({context.command_path} --help)" if context else ""


def _say(line: str, code: int) -> int:
    from conformance.report.legible import in_a_line  # noqa: PLC0415 - start-up time

    click.echo(f"wfc: {in_a_line(line)}", err=True)
    return code


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(conformance.__version__, message="%(prog)s %(version)s")
@click.pass_context
def root(context: click.Context) -> None:
    """Judge implementations of Apache Spark's PythonWorkerFactory."""
    if context.invoked_subcommand in ("run", "analyze", "doctor", "baseline"):
        from conformance.cli.settings import find_settings  # noqa: PLC0415 - start-up time

        context.default_map = find_settings(Path.cwd())


root.add_command(matrix)


@root.command(epilog=_EPILOG)
@click.option("--impl", metavar="KIND:ID", help=_IMPL_HELP)
@click.option("--daemon", metavar="MODULE", help="A daemon module to be judged.")
@click.option(
    "--python",
    metavar="EXE",
    help="The interpreter, or virtual environment, that has it; our own unless given.",
)
@click.option("--profile", metavar="NAME", help="What to judge by (wfc list profiles).")
@CLAUSES
@click.option(
    "--level",
    type=click.Choice(["must", "should"]),
    default="must",
    show_default=True,
    help="Score SHOULD clauses, too.",
)
@click.option(
    "--baseline",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Known deviations: [[deviation]] clause, wrong, reason (TOML; docs/gate.md).",
)
@EFFORT
@click.option(
    "--explore",
    metavar="DURATION",
    help="Run the machines alone, at random, that long: 30s, 10m, 1h.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    help="Of all choices; 0 unless given, a new one each time under --explore.",
)
@jobs("Play the suite")
@click.option(
    "--repeat",
    metavar="N",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Play the whole suite N times; each must come out the same.",
)
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("wfc-report"),
    show_default=True,
    help="Where the run's files go.",
)
@click.option("--gate/--no-gate", default=False, help="INCOMPLETE is exit 7: for CI.")
@click.option("--fail-fast/--no-fail-fast", default=False, help="End at the first failure.")
@click.option("--dry-run", is_flag=True, help="List what would run.")
def run(**options: Any) -> int:
    """Run the suite on one implementation."""
    from conformance.cli.options import read_options  # noqa: PLC0415 - start-up time
    from conformance.cli.run import run_suite  # noqa: PLC0415 - start-up time

    return run_suite(read_options(options))


def _finite(_context: click.Context, _option: click.Parameter, number: float) -> float:
    """Refuse what is no number: it compares with no bound."""
    if math.isnan(number):
        raise click.BadParameter("nan is no number of seconds.")
    return number


@root.command(epilog=_DOCTOR_EPILOG)
@click.option("--impl", metavar="KIND:ID", help=f"Examine an adapter instead. {_IMPL_HELP}")
@click.option("--daemon", metavar="MODULE", help="The daemon module.  [default: pyspark.daemon]")
@click.option("--worker", metavar="MODULE", help="The worker module.  [default: pyspark.worker]")
@click.option(
    "--python",
    metavar="EXE",
    help="Instead of what Spark would start: PYSPARK_PYTHON, else python3 along PATH.",
)
@click.option(
    "--env",
    metavar="NAME=VALUE",
    multiple=True,
    help="A variable for the daemon, as spark.executorEnv.NAME; repeatable.",
)
@click.option(
    "--limit",
    "limit_s",
    metavar="SECONDS",
    type=click.FloatRange(min=0.1, max=600),
    callback=_finite,
    default=5.0,
    show_default=True,
    help="For each wait; a start has four times as long.",
)
@click.option(
    "--unix-sockets",
    is_flag=True,
    help="Have the daemon listen on one, as Spark 4.1 and later can.",
)
@click.option("--in-executors", is_flag=True, help="The same in every executor of a Spark cluster.")
@click.option(
    "--spark",
    metavar="VENV",
    help="With --in-executors: the driver's PySpark.  [default: where wfc is installed]",
)
@click.option("--master", metavar="URL", help="With --in-executors: the cluster.")
@click.option(
    "--conf", metavar="K=V", multiple=True, help="With --in-executors: for Spark; repeatable."
)
@click.option("--json", "as_json", is_flag=True, help="For programs: docs/doctor.schema.json.")
@click.pass_context
def doctor(context: click.Context, /, **options: Any) -> int:
    """Say why a daemon, a worker or an adapter does not start, step by step.

    Without --impl it does to the daemon module, on this host and without a JVM, what Spark's
    factory does, from finding the Python to the end of the last process, and names the first
    stage that fails. With --in-executors each executor does, by a plain process of the JVM's
    (RDD.pipe), where Python workers do not run.
    """
    from conformance.cli.doctor.choice import choose  # noqa: PLC0415 - start-up time

    is_named = context.get_parameter_source("impl") is ParameterSource.COMMANDLINE
    return choose(options, is_impl_named=is_named)


@root.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--impl", metavar="KIND:ID", default="", help="Instead of what the file names.")
@click.option("--daemon", metavar="MODULE", default="", help="Instead of what the file names.")
@click.option("--python", metavar="EXE", default="", help="The interpreter that has it.")
@click.option("--profile", metavar="NAME", default="", help="Instead of what the file names.")
def replay(file: Path, impl: str, daemon: str, python: str, profile: str) -> int:
    """Play a failure again: FIXED (0), STILL FAILS (1) or CANNOT REPLAY (7)."""
    from conformance.cli.replay import replay as play_again  # noqa: PLC0415 - start-up time
    from conformance.stage.opening import Wanted  # noqa: PLC0415 - start-up time

    asked = Wanted(impl=impl, daemon=daemon, python=python, profile=profile)
    return play_again(file, asked)


@root.command()
@click.argument("names", metavar="[NAME|GLOB]...", nargs=-1)
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(min=1),
    default=6,
    show_default=True,
    help="Play N mutants at a time: they are mostly waiting.",
)
@click.option(
    "--whole",
    is_flag=True,
    help="Play every fixed scenario on each: nothing may fall but what it declares.",
)
@click.option(
    "--renew",
    is_flag=True,
    help="Keep the file's entries, but for those named, changed or new.",
)
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("wfc-report"),
    show_default=True,
    help="Where mutants.json goes, or with --whole mutants-whole.json.",
)
def mutants(names: tuple[str, ...], jobs: int, out: Path, *, whole: bool, renew: bool) -> int:
    """See that the suite kills every mutant, by the clause that it breaks.

    Mutants are the reference with one deliberate mistake each. NAME is a mutant's, or a
    clause's id for those that are for it. Exit codes: 0 all killed by the right clause;
    1 a survivor, an unexpected kill, or a clause without a mutant; 2 interrupted; 3 an
    error of the suite; 4 usage.
    """
    from conformance.cli.mutants.command import Options, run_mutants  # noqa: PLC0415 - likewise

    return run_mutants(Options(globs=names, jobs=jobs, is_whole=whole, is_renewing=renew, out=out))


@root.command("list")
@click.argument("what", type=click.Choice(["clauses", "fakes", "mutants", "profiles", "scenarios"]))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_(what: str, *, as_json: bool) -> None:
    """List what the suite has."""
    from conformance.cli.lists import show_list  # noqa: PLC0415 - start-up time

    with interrupts.current().at_once():
        show_list(what, as_json=as_json)


@root.command()
@click.argument("clause")
def explain(clause: str) -> None:
    """Say what a clause asks for, of whom, where it stands and who tests it."""
    from conformance.cli.explain import show_clause  # noqa: PLC0415 - start-up time

    with interrupts.current().at_once():
        show_clause(clause)


@root.command()
@click.argument("run", type=click.Path(exists=True, path_type=Path))
def report(run: Path) -> None:
    """Render a stored run again: its directory, or its verdict.json.

    Writes report.html, the timelines, junit.xml, badge.json and summary.md anew, and shows
    the run.
    """
    from conformance.cli.rendering import render_again  # noqa: PLC0415 - start-up time

    with interrupts.current().at_once():
        render_again(run)


@root.command()
@click.argument("run", type=click.Path(exists=True, path_type=Path))
@click.option("--profile", metavar="NAME", default="", help="Instead of the run's.")
@click.option("--level", type=click.Choice(["must", "should"]), help="Instead of the run's.")
@click.option(
    "--baseline",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Known deviations; those that the run was given do not count.",
)
@click.option("--gate/--no-gate", default=False, help="INCOMPLETE is exit 7.")
@click.option("--write", is_flag=True, help="Replace the run's verdict.json and reports.")
def analyze(
    run: Path, profile: str, level: str | None, baseline: Path | None, **flags: bool
) -> int:
    """Weigh what a stored run established again: by another profile, or today's contract.

    Nothing is played. The exit code is the one that the run would have.
    """
    from conformance.cli.analyze import Asked, analyze as weigh_again  # noqa: PLC0415 - likewise
    from conformance.cli.baseline import Baseline, read_baseline  # noqa: PLC0415 - likewise

    asked = Asked(
        profile=profile,
        baseline=read_baseline(baseline) if baseline else Baseline(),
        score_should=None if level is None else level == "should",
        is_gate=flags["gate"],
        is_writing=flags["write"],
    )
    with interrupts.current().at_once():
        return weigh_again(run, asked)


root.add_command(baseline)
root.add_command(init)

"""`python -m benchmarks.jobs`: a real job under every fault; writes docs/jobs.md and its data."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmarks.jobs import results
from benchmarks.jobs.cluster import GRACE_S, Cluster, essence
from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.errors import UsageError
from fake_daemons.chaos.menu import MENU

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE, _PAGE = ROOT / "docs" / "jobs.json", ROOT / "docs" / "jobs.md"
_MASTERS = ("local[2]", "local-cluster[2,1,1024]")
#: So many faults share a SparkContext at most.
_BATCH = 12
#: Spark from 4.2 on waits a minute for a worker's pid, and then starts another daemon.
_PATIENT, _PATIENT_S, _LIMIT_S = (4, 2), 90.0, 60.0
#: A fault that strikes only when Spark dies: it is killed in place of being stopped.
_KILLED = ("ignores_hang_up",)
#: Faults that strike only by this configuration.
_SPECIAL = {"ignores_close": {"spark.python.worker.reuse": "false"}}

Conf = dict[str, str]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--spark",
    "venvs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    required=True,
    help="A virtual environment with PySpark; repeatable.",
)
@click.option("--master", "masters", multiple=True, default=_MASTERS, show_default=True)
@click.option("--fault", "names", metavar="NAME", multiple=True, help="Only this; repeatable.")
def main(venvs: tuple[Path, ...], masters: tuple[str, ...], names: tuple[str, ...]) -> None:
    """Run a real job under every fault of chaos."""
    if unknown := set(names) - set(MENU):
        raise UsageError(f"no fault {', '.join(sorted(unknown))}")
    sandbox.become_subreaper()
    for venv in venvs:
        for master in masters:
            for ran in play(venv.absolute(), master, names or tuple(MENU)):
                _keep(ran)


def play(venv: Path, master: str, names: tuple[str, ...]) -> Iterator[list[results.Ran]]:
    """Run the job under faults.

    Args:
        venv: with PySpark.
        master: of Spark.
        names: of the faults.

    Yields:
        What became of some of them.
    """
    waiting: list[str] = list(names)
    while waiting:
        conf = _SPECIAL.get(waiting[0], {})
        batch = [name for name in waiting if _SPECIAL.get(name, {}) == conf][:_BATCH]
        with tempfile.TemporaryDirectory(prefix="wfc-jobs-", ignore_cleanup_errors=True) as folder:
            ran = _play_together(Cluster(venv, master, conf, Path(folder)), master, batch)
        done = {one.fault for one in ran}
        waiting = [name for name in waiting if name not in done]
        yield ran


def _play_together(cluster: Cluster, master: str, names: list[str]) -> list[results.Ran]:
    """Run the job under one fault after another, until one is not answered."""
    limit_s = limit_of(cluster.release)
    told: dict[str, dict[str, Any]] = {}
    try:
        for name in names:
            told[name] = cluster.run(name, limit_s) or _silence(cluster, limit_s)
            if told[name]["outcome"] in {"hung", "lost"} or name in _KILLED:
                cluster.kill()
            if not told[name]["is_alive"] or name in _KILLED:
                break
        cluster.stop()
    finally:
        left = cluster.left()
    return [
        results.Ran(
            release=cluster.release,
            master=master,
            fault=name,
            what=one["outcome"],
            error=essence(one.get("error", "")),
            took_s=one["took_s"],
            faults=cluster.faults(name),
            left=left[name],
        )
        for name, one in told.items()
    ]


def _silence(cluster: Cluster, limit_s: float) -> dict[str, Any]:
    what = "lost" if cluster.is_over else "hung"
    return {"outcome": what, "took_s": limit_s, "is_alive": False}


def limit_of(release: str) -> float:
    """Tell how long a job may take.

    Args:
        release: of Spark.

    Returns:
        Seconds: more than Spark itself waits for anything it gives up on.
    """
    major, minor, *_ = map(int, release.split("."))
    return _PATIENT_S if (major, minor) >= _PATIENT else _LIMIT_S


def _keep(fresh: list[results.Ran]) -> None:
    """Show what ran, and put it into file and page."""
    for one in fresh:
        click.echo(
            f"{one.release} {one.master:24} {one.fault:26} {one.what:9} {one.took_s:5.1f} s  "
            f"faults {one.faults}  left {one.left}  {one.error}"
        )
    before = results.read(_FILE.read_bytes()).ran if _FILE.exists() else ()
    ran = results.merge(before, fresh)
    measured = results.Measured(grace_s=GRACE_S, ran=ran)
    _FILE.write_bytes(results.encode(measured))
    _PAGE.write_text(results.draw(measured), encoding="utf-8")


if __name__ == "__main__":
    main()

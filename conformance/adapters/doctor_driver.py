"""The driver of `wfc doctor --in-executors`: has the stages run by every executor.

It runs in the interpreter of an environment with PySpark. The stages must run where Python
workers do not: so it asks the JVM's own `RDD.pipe`, which starts a plain process in an
executor, and hands it the stages on its standard input. Nothing is written to a disk.

It reads one JSON object from standard input and writes lines of JSON to its standard output:
`executors` (their ids), `answer` (an executor's lines), `fatal` (why there is none, and whether
it is the user's mistake).
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from conformance.adapters.dispatcher import Fatal
from conformance.adapters.spark_folder import make_folder
from conformance.adapters.spark_java import Spark, find_java, find_spark

#: Where a Python is looked for that can run the stages; it need not be the one that Spark
#: would start. That one comes last: it may hang.
_PLACES = (
    "python3",
    "python",
    "/usr/bin/python3",
    "/usr/local/bin/python3",
    "/opt/conda/bin/python3",
)
#: Its arguments: the Python that Spark would start, the stages' options, places.
SHELL = r"""
name=$1 options=$2
shift 2
for one in "$@" "$name"
do
    new=$("$one" -I -S -c 'import sys; print(sys.version_info >= (3, 8))' </dev/null 2>/dev/null)
    if [ "$new" = True ]
    then
        exec "$one" -I -S - "$options"
    fi
done
cat >/dev/null
found=$(command -v "$name" | tr -d '"\\')
name=$(printf %s "$name" | tr -d '"\\')
executor=$(tr '\0' '\n' <"/proc/$PPID/cmdline" | sed -n '/^--executor-id$/{n;p;}')
saw="$name: ${found:-not found}; no Python 3.8 or later here to look closer"
stage='"track": "executable", "name": "executable", "verdict": "fail", "took_s": 0'
printf '{"kind": "place", "host": "%s", "executor": "%s", "own": ""}\n' "$(uname -n)" "$executor"
printf '{"kind": "stage", "stage": {%s, "symptom": "no-runner", "saw": "%s"}}\n' "$stage" "$saw"
printf '{"kind": "end"}\n'
"""
#: Beside what the user's configuration says.
_CONF = {
    "spark.app.name": "wfc doctor",
    "spark.ui.enabled": "false",
    "spark.locality.wait": "60s",  # a task must run in its executor, not in any
}
#: How long to wait for the executors that were promised, in seconds, and for others behind
#: the last one that came.
_COME_S = 60.0
_MORE_S = 3.0
_LOOK_S = 0.2
_END_S = 20.0
_MOST_AT_ONCE = 64
_FIRST_WITH_ARGUMENT = (4, 0)
_MODULES = {"daemon": "pyspark.daemon", "worker": "pyspark.worker"}


class NoCluster(Exception):
    """Nobody has said where Spark is to run."""


def main() -> None:
    """Do as the object on standard input says, then end the driver."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # Spark's launcher and PySpark print
    wanted: dict[str, Any] = json.load(sys.stdin)
    signal.signal(signal.SIGTERM, _leave)

    def tell(**fields: Any) -> None:
        out.write(json.dumps(fields) + "\n")
        out.flush()

    try:
        _examine(wanted, tell)
    except Exception as error:  # noqa: BLE001 - whatever Spark says ends in one line
        words = str(error).strip().splitlines()
        is_usage = isinstance(error, NoCluster)
        tell(kind="fatal", why=words[0] if words else type(error).__name__, is_usage=is_usage)


def _leave(_number: int, _frame: object) -> None:
    raise SystemExit(1)


def _examine(wanted: dict[str, Any], tell: Any) -> None:
    spark = find_spark()
    conf = {**_CONF, **wanted["conf"]}
    folder = make_folder()
    try:
        _settle(os.path.dirname(spark.jars), conf, folder)
        _with_spark(spark, conf, wanted, tell)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settle(home: str, conf: dict[str, str], folder: str) -> None:
    """Keep Spark's temporary files of this host in a folder that goes, where nobody minds."""
    os.environ.setdefault("SPARK_LOCAL_DIRS", folder)
    elsewhere = f"-Djava.io.tmpdir={folder}"
    conf.setdefault("spark.driver.extraJavaOptions", elsewhere)
    if conf.get("spark.master", "").startswith("local-cluster") and "SPARK_HOME" not in os.environ:
        conf.setdefault("spark.executor.extraJavaOptions", elsewhere)
        # Its workers write into SPARK_HOME/work.
        own = os.path.join(folder, "home")
        os.mkdir(own)
        for name in os.listdir(home):
            os.symlink(os.path.join(home, name), os.path.join(own, name))
        home = own
    os.environ.setdefault("SPARK_HOME", home)


def _with_spark(spark: Spark, conf: dict[str, str], wanted: dict[str, Any], tell: Any) -> None:
    if "JAVA_HOME" not in os.environ and shutil.which("java") is None:
        program = os.path.realpath(find_java(spark).program)
        os.environ["JAVA_HOME"] = os.path.dirname(os.path.dirname(program))
    # Its scripts would run PYSPARK_PYTHON, which may be what is broken.
    os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    context = _open(conf)
    try:
        options = _options(wanted, context, spark.line >= _FIRST_WITH_ARGUMENT)
        executors = _wait_for_executors(context)
        tell(kind="executors", ids=sorted(executors), options=options)
        for executor, lines, error in _ask(context, executors, wanted, options):
            tell(kind="answer", executor=executor, lines=lines, error=error)
    finally:
        context.stop()
        _end_jvm(context)


def _end_jvm(context: Any) -> None:
    """Have the JVM end before its folder goes: it ends with its standard input."""
    process = getattr(context._gateway, "proc", None)  # noqa: SLF001 - PySpark has no other way
    if process is not None:
        process.stdin.close()
        process.wait(_END_S)


def _open(conf: dict[str, str]) -> Any:
    pyspark: Any = importlib.import_module("pyspark")
    settings = pyspark.SparkConf()
    for key, value in conf.items():
        settings.set(key, value)
    if not settings.contains("spark.master"):
        raise NoCluster("no cluster is named: say --master, or set spark.master")
    return pyspark.SparkContext(conf=settings)


def _options(wanted: dict[str, Any], context: Any, hands_worker: bool) -> dict[str, Any]:  # noqa: FBT001 - private
    """Fill in what the user left to Spark: it is the driver that decides on these."""
    conf = context.getConf()
    options: dict[str, Any] = dict(wanted["options"])
    for name, default in _MODULES.items():
        setting = f"spark.python.{name}.module"
        options[name] = options[name] or conf.get(setting, default)
    if not options["python"]:
        named = conf.get("spark.pyspark.python", "")
        variable = "PYSPARK_PYTHON" if os.environ.get("PYSPARK_PYTHON") else "default"
        options["python"] = named or context.pythonExec
        options["source"] = "spark.pyspark.python" if named else variable
    options["env"] = {**context.environment, **options["env"]}
    options["argument"] = hands_worker
    options["driver"] = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return options


def _wait_for_executors(context: Any) -> dict[str, str]:
    """Wait for those that were promised; return id to host."""
    promised = _promised(context)
    deadline = time.monotonic() + _COME_S
    found: dict[str, str] = {}
    since = time.monotonic()
    while time.monotonic() < deadline:
        now = _executors(context)
        if len(now) != len(found):
            found, since = now, time.monotonic()
        if len(found) >= (promised or 1) and (promised or time.monotonic() > since + _MORE_S):
            return found
        time.sleep(_LOOK_S)
    if not found:
        raise Fatal(f"no executor has come within {_COME_S:g} s")
    return found


def _promised(context: Any) -> int:
    """How many executors are to come; 0 if nobody says."""
    master = context.master
    if master.startswith("local-cluster["):
        return int(master[len("local-cluster[") :].split(",")[0])
    if master.startswith("local"):
        return 1
    return int(context.getConf().get("spark.executor.instances", "0"))


def _executors(context: Any) -> dict[str, str]:
    """Executors that are there, id to host; a local master's driver is its own."""
    store = context._jsc.sc().statusStore()  # noqa: SLF001 - PySpark has no other way
    summaries = store.executorList(True)  # noqa: FBT003 - Scala's
    found: dict[str, str] = {}
    for number in range(summaries.size()):
        one = summaries.apply(number)
        found[one.id()] = one.hostPort().rsplit(":", 1)[0]
    driver = found.pop("driver", None)
    is_local = context.master.split("[")[0] == "local"
    return {"driver": str(driver)} if is_local else found


def _ask(context: Any, executors: dict[str, str], wanted: dict[str, Any], options: Any) -> Any:
    """Have each executor run the stages; yield its id, its lines, and what went wrong."""
    ids = sorted(executors)
    piped = _pipe(context, [f"executor_{executors[one]}_{one}" for one in ids], wanted, options)
    with ThreadPoolExecutor(min(_MOST_AT_ONCE, len(ids))) as pool:
        jobs = {pool.submit(_run, context, piped, number): one for number, one in enumerate(ids)}
        try:
            for job in as_completed(jobs, timeout=wanted["within_s"]):
                error = job.exception()
                yield jobs[job], job.result() if error is None else [], _first_line(error)
        except TimeoutError:
            context.cancelAllJobs()


def _pipe(context: Any, places: list[str], wanted: dict[str, Any], options: Any) -> Any:
    """An RDD with a partition for each executor: the stages, piped through a shell."""
    jvm = context._jvm  # noqa: SLF001 - likewise
    seq = jvm.org.apache.spark.api.python.PythonUtils.toSeq
    located = [jvm.scala.Tuple2(wanted["program"], seq([place])) for place in places]
    tag = jvm.scala.reflect.ClassTag.apply(jvm.java.lang.Class.forName("java.lang.String"))
    rdd = context._jsc.sc().makeRDD(seq(located), tag).toJavaRDD()  # noqa: SLF001 - likewise
    words = ["sh", options["python"], json.dumps(options), *_PLACES]
    return rdd.pipe(["/bin/sh", "-c", SHELL, *words])


def _run(context: Any, piped: Any, number: int) -> list[str]:
    gateway = context._gateway  # noqa: SLF001 - likewise
    partitions = gateway.new_array(gateway.jvm.int, 1)
    partitions[0] = number
    return list(piped.collectPartitions(partitions)[0])


def _first_line(error: BaseException | None) -> str:
    if error is None:
        return ""
    cause = str(getattr(error, "java_exception", error)).strip().splitlines()
    return cause[0] if cause else type(error).__name__

"""Who wrote to standard output at start-up: found by a second start, watched call by call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.adapters.doctor.launch import environment
from conformance.adapters.doctor.python import run
from conformance.adapters.doctor.seen import Failed

if TYPE_CHECKING:
    from conformance.adapters.doctor.seen import Options

_MARK = "wfc-doctor-culprit:"
#: Runs before any start-up file (-S), then does what Python does at its start and imports
#: the module. Descriptor 1 is a file meanwhile; after each call it is looked at whether that
#: has grown. So prints, os.write, C code and child processes are all seen.
_WATCH = """
import json, os, sys, tempfile
import site
out, told, fstat = tempfile.TemporaryFile(), os.dup(1), os.fstat
os.dup2(out.fileno(), 1)
library = os.path.dirname(os.__file__)
def is_foreign(path):
    name = os.path.basename(path)
    if name in ("sitecustomize.py", "usercustomize.py"):
        return True
    inside = path.startswith(library) and not any(
        part in path for part in ("site-packages", "dist-packages"))
    return not (inside or path.startswith("<"))
def places(frame):
    found = []
    while frame is not None:
        code = frame.f_code
        if is_foreign(code.co_filename):
            module = frame.f_globals.get("__name__", "")
            found.append({"path": code.co_filename, "line": frame.f_lineno,
                          "module": sys.argv[1] if module == "wfc_doctor_looks" else module})
        elif code.co_name == "addpackage" and frame.f_globals.get("__name__") == "site":
            line = frame.f_locals.get("n", 0) + (sys.version_info < (3, 12))
            path = frame.f_locals.get("fullname") or frame.f_locals.get("name", "")
            found.append({"path": path, "line": line, "module": ""})
        frame = frame.f_back
    return found
def tell(**answer):
    sys.setprofile(None)
    os.lseek(1, 0, 0)
    answer["text"] = os.read(1, 200).decode("utf-8", "replace")
    os.write(told, (MARK + json.dumps(answer) + "\\n").encode())
    os._exit(0)
def look(frame, event, _argument):
    if event != "call" and event != "c_call" and fstat(1).st_size:
        tell(when=when, places=places(frame))
when = "start"
sys.setprofile(look)
try:
    site.main()
except BaseException:
    pass
when = "import"
try:
    import runpy
    sys.path.insert(0, os.getcwd())
    runpy.run_module(sys.argv[1], run_name="wfc_doctor_looks")
except BaseException:
    pass
sys.setprofile(None)
tell(when="nowhere", places=[])
""".replace("MARK", repr(_MARK))


def find(options: Options, path: str, module: str) -> dict[str, Any]:
    """Find who writes to standard output before a module does.

    Args:
        options: what is examined.
        path: of the interpreter.
        module: that is started.

    Returns:
        `when`: `program` (before Python's own start), `start` (a start-up file), `import` (an
        import of the module) or `nowhere`; `places`: the innermost first, each with `path`,
        `line` and `module`; `text`. Empty if the search itself does not succeed.
    """
    env = environment(options)
    try:
        bare, _, _ = run([path, "-I", "-S", "-c", "pass"], env, options.start_s)
        if bare:
            return {"when": "program", "places": [], "text": bare[:200]}
        said, _, _ = run([path, "-S", "-c", _WATCH, module], env, options.start_s)
    except Failed:
        return {}
    if _MARK not in said:
        return {}
    answer: dict[str, Any] = json.loads(said.split(_MARK, 1)[1].splitlines()[0])
    return answer

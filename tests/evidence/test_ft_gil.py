"""One extension is enough to switch the GIL on again, and an import check names it."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

CHECK = Path(__file__).parents[2] / "snippets" / "free_threading" / "check_gil.py"
MARK = "{Py_mod_gil, Py_MOD_GIL_NOT_USED},"
EXTENSION = """
#include <Python.h>
static PyModuleDef_Slot slots[] = {%(mark)s {0, NULL}};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "%(name)s", .m_slots = slots};
PyMODINIT_FUNC PyInit_%(name)s(void) { return PyModuleDef_Init(&module); }
"""


@pytest.mark.evidence("ft-gil")
def test_an_extension_without_the_mark_switches_the_gil_on(build_extension, free_threaded):
    build_extension("marked", MARK)
    build_extension("unmarked", "")  # the same C code without that one line

    pure = "django, asgiref.sync, gunicorn.app.wsgiapp, uvicorn"
    is_on = "print(sys._is_gil_enabled())"
    assert free_threaded("-c", f"import sys, {pure}, marked; {is_on}") == (0, "False")
    assert free_threaded("-c", f"import sys, {pure}, unmarked; {is_on}") == (0, "True")


@pytest.mark.evidence("ft-gil")
def test_an_import_check_names_the_extension(build_extension, free_threaded):
    build_extension("marked", MARK)
    build_extension("unmarked", "")

    assert free_threaded(CHECK, "django", "marked") == (0, "the GIL stays off")
    code, says = free_threaded(CHECK, "django", "marked", "unmarked")
    assert code == 1
    assert says == "unmarked switches the GIL on: unmarked is not marked as safe without it"


@pytest.fixture
def free_threaded(tmp_path):
    """Give a function that runs python3.14t with what is installed here.

    It returns the exit code and what was printed, without Python's warnings.
    """
    python = shutil.which("python3.14t")
    if python is None:
        pytest.skip("python3.14t is not on the PATH; uv python install 3.14t")
    path = os.pathsep.join((str(tmp_path), sysconfig.get_path("purelib")))
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": path, "PYTHONWARNINGS": "ignore"}

    def run(*arguments):
        done = subprocess.run(
            [python, *arguments], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
        return done.returncode, f"{done.stdout}{done.stderr}".strip()

    return run


@pytest.fixture
def build_extension(tmp_path, free_threaded):
    """Give a function that compiles a C extension of a few lines, with a mark or without."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler; apt install gcc")
    ask = "import sysconfig; print(sysconfig.get_path('include'))"
    headers = Path(free_threaded("-c", ask)[1])
    if not (headers / "Python.h").exists():
        pytest.skip("python3.14t has no headers; uv python install 3.14t brings them")

    def build(name, mark):
        source = tmp_path / f"{name}.c"
        source.write_text(EXTENSION % {"name": name, "mark": mark})
        # macOS looks the interpreter's own functions up later only when told to.
        later = ("-undefined", "dynamic_lookup") if sys.platform == "darwin" else ()
        built = ("-o", source.with_suffix(".so"), source)
        subprocess.run([compiler, "-shared", "-fPIC", f"-I{headers}", *later, *built], check=True)

    return build

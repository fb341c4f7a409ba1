"""Lines and files are seen to run by the interpreter, not believed."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from crossroads.site.blocks.exercise import (
    LineRecorder,
    StartRecorder,
    has_run,
    unexecuted_sections,
)
from crossroads.site.blocks.model import Block, Include, Kind, Shown

MODULE = """\
# --8<-- [start:used]
def used(flag):
    if flag:
        return 1
    return 2
# --8<-- [end:used]
# --8<-- [start:unused]
def unused():
    return 3
# --8<-- [end:unused]
# --8<-- [start:words]
# nothing but words
# --8<-- [end:words]
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "module.py"
    path.write_text(MODULE, encoding="utf-8")
    return path


def showing(path: Path, section: str) -> Block:
    include = Include(
        spelled=f"example_app/module.py:{section}",
        path=path,
        section=section,
        by_lines=False,
        has_includes=False,
    )
    shown = Shown(language="python", text="", includes=(include,), literal=False)
    return Block(page=Path("docs/page.md"), line=7, shown=shown, kind=Kind.INCLUDED)


def test_a_section_of_which_each_statement_ran_is_proven(module: Path) -> None:
    with LineRecorder(module.parent) as recorder:
        used = runpy.run_path(str(module))["used"]
        used(flag=True)
        used(flag=False)

    assert not unexecuted_sections([showing(module, "used")], recorder.lines, module.parent)


def test_a_section_with_a_branch_that_never_ran_is_named_with_its_lines(module: Path) -> None:
    with LineRecorder(module.parent) as recorder:
        runpy.run_path(str(module))["used"](flag=True)

    [found] = unexecuted_sections([showing(module, "used")], recorder.lines, module.parent)

    assert found == "docs/page.md:7: no test executes lines 5 of 'example_app/module.py:used'"


@pytest.mark.parametrize(
    ("section", "says"), [("unused", "no test executes lines 9"), ("words", "holds no statement")]
)
def test_an_import_alone_proves_no_function(module: Path, section: str, says: str) -> None:
    with LineRecorder(module.parent) as recorder:
        runpy.run_path(str(module))

    [found] = unexecuted_sections([showing(module, section)], recorder.lines, module.parent)

    assert says in found


def test_the_lines_of_several_processes_are_put_together(module: Path) -> None:
    with LineRecorder(module.parent) as here, LineRecorder(module.parent) as there:
        used = runpy.run_path(str(module))["used"]
        used(flag=True)
    there.lines.clear()
    there.add({str(module): [5]})
    there.add(here.report())

    assert not unexecuted_sections([showing(module, "used")], there.lines, module.parent)


def test_lines_outside_the_folder_and_after_the_end_are_not_recorded(module: Path) -> None:
    elsewhere = module.parent / "elsewhere"
    elsewhere.mkdir()
    with LineRecorder(elsewhere) as recorder:
        runpy.run_path(str(module))
    with LineRecorder(module.parent) as ended:
        pass
    runpy.run_path(str(module))

    assert (recorder.report(), ended.report()) == ({}, {})


def test_files_of_other_folders_are_left_to_their_own_proof(module: Path, tmp_path: Path) -> None:
    assert not unexecuted_sections([showing(module, "used")], {}, tmp_path / "other")


def test_a_started_script_has_run(tmp_path: Path) -> None:
    script = tmp_path / "start.sh"
    script.write_text("true\n", encoding="utf-8")

    with StartRecorder().watch() as seen:
        subprocess.run(["sh", script], check=True)

    assert has_run(script, seen)


def test_an_executed_python_file_has_run(module: Path) -> None:
    with StartRecorder().watch() as seen:
        runpy.run_path(str(module))

    assert has_run(module, seen)


def test_a_file_that_is_only_read_has_not_run(module: Path) -> None:
    recorder = StartRecorder()
    with recorder.watch() as seen:
        module.read_text(encoding="utf-8")
        os.stat(module)  # noqa: PTH116 - any other use of the file
    subprocess.run([sys.executable, module], check=True)
    with recorder.watch() as again:
        subprocess.run([sys.executable, "-c", ""], check=True)

    assert not has_run(module, seen)
    assert not has_run(module, again)

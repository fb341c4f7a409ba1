"""The Python on the pages runs, all of it, and prints what the pages say.

`--update-examples` rewrites the `#>` lines.
"""

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pytest_examples import CodeExample, EvalExample, find_examples

from crossroads.site.blocks import Account, Kind
from crossroads.site.blocks.exercise import LineRecorder
from crossroads.site.blocks.judge import code
from crossroads.site.blocks.statements import unexecuted, unprinted_outputs

LINE_LENGTH = 100


def prove(example: CodeExample, eval_example: EvalExample, folder: Path) -> None:
    """Run an example, compare its output, and require that nothing in it stayed unrun."""
    eval_example.set_config(line_length=LINE_LENGTH)
    printed: set[int] = set()

    def note(file: Path, frame: inspect.FrameInfo, _arguments: Sequence[Any]) -> bool:
        if not file.samefile(frame.filename):
            return False
        printed.add(frame.lineno)
        return True

    eval_example.include_print = note
    run = eval_example.run_print_update if eval_example.update_examples else None
    with LineRecorder(folder) as recorder:
        (run or eval_example.run_print_check)(example, rewrite_assertions=False)
    executed = {line for lines in recorder.lines.values() for line in lines}
    missed = [example.start_line + line for line in unexecuted(example.source, executed)]
    assert not missed, f"{example.path}: nothing executes lines {missed}; call what they define"
    unproven = [example.start_line + line for line in unprinted_outputs(example.source, printed)]
    assert not unproven, f"{example.path}: no print that ran stands above the #> in {unproven}"


def test_the_python_on_a_page_runs_and_prints_what_the_page_says(
    page: Path, root: Path, account: Account, eval_example: EvalExample, tmp_path: Path
) -> None:
    shown = {code(b.shown.text) for b in account.of(Kind.RUN) if b.page == page}

    for example in list(find_examples(root / page)):
        # An include is collected as Python too; it is tested where its file is.
        if code(example.source) in shown:
            prove(example, eval_example, tmp_path)


def test_a_correct_example_passes(eval_example: EvalExample, tmp_path: Path) -> None:
    source = "def double(x):\n    return 2 * x\n\n\nprint(double(2))\n#> 4\n"

    prove(CodeExample.create(source), eval_example, tmp_path)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("print(1)\n#> 2\n", "Print output changed code"),
        ("print(1)\n", "Print output changed code"),
        ("def f():\n    print(1)\n    #> 2\n", "nothing executes lines"),
        ("def f():\n    return 1\n", "nothing executes lines"),
        ("x = 1\n#> 2\n", "no print that ran stands above"),
        ("if not __name__:\n    print(1)\n    #> 2\n", "nothing executes lines"),
    ],
)
def test_an_example_that_says_more_than_it_proves_fails(
    eval_example: EvalExample, tmp_path: Path, source: str, says: str
) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception), match=says):
        prove(CodeExample.create(source), eval_example, tmp_path)

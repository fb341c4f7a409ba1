"""Commands with their output, as pages show them: replayed, compared and brought up to date.

A transcript says what a person sees who types the command in the project's folder. What differs
from run to run, such as a duration, is compared by its shape only; the rules for that are below.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from crossroads.errors import CrossroadsError
from crossroads.site.blocks.account import read_account
from crossroads.site.blocks.locate import bare
from crossroads.site.blocks.model import Block, Kind

PROMPT = "$ "
TIMEOUT_S = 60.0
HOME = "~/django-crossroads"

RULES: dict[str, tuple[str, str]] = {
    "dates": (r"\b\d{4}-\d\d-\d\d\b(?:[T ](?=\d\d:\d\d))?", "<date>"),
    "times of day": (r"\b\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?", "<time>"),
    "durations": (r"\b\d+(?:\.\d+)? ?(?:ns|µs|us|ms|s|sec|seconds|min|minutes)\b", "<duration>"),
    "process ids": (r"(?i)\b(pid|process)([ :=]+)\d+\b", r"\1\2<pid>"),
    "ports": (r"\b(localhost|127\.0\.0\.1|\[::1\]):\d+\b", r"\1:<port>"),
    "versions": (r"(?<![\w.])v?\d+(?:\.\d+){2}(?:\.?(?:a|b|rc|dev|post)\d+)?(?!\.?\w)", "<v>"),
    "hashes": (r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b", "<hash>"),
    "addresses of objects": (r"\b0x[0-9a-f]{6,16}\b", "<address>"),
    "folders": (r"(?:/[\w.+-]+)+/django-crossroads\b", HOME),
}  # fmt: skip
"""What may differ between two runs: name, pattern and what stands for it."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One command and what it answers."""

    command: str
    """What is typed, on one or more lines."""
    output: str
    """What is printed, without blanks at the ends of lines."""


def parse(text: str) -> list[Exchange]:
    r"""Return the commands of a transcript with their outputs.

    >>> parse("$ echo a \\\n    b\na b\n$ true\n")
    [Exchange(command='echo a \\\n    b', output='a b'), Exchange(command='true', output='')]
    """
    commands: list[list[str]] = []
    outputs: list[list[str]] = []
    for line in text.strip("\n").splitlines():
        if commands and commands[-1][-1].endswith("\\") and not outputs[-1]:
            commands[-1].append(line)
        elif line.startswith(PROMPT):
            commands.append([line.removeprefix(PROMPT)])
            outputs.append([])
        else:
            outputs[-1].append(line)
    return [
        Exchange("\n".join(command), tidy("\n".join(output)))
        for command, output in zip(commands, outputs, strict=True)
    ]


def replay(command: str, root: Path, timeout_s: float = TIMEOUT_S) -> str:
    """Return what a command prints in the project's folder, errors and all.

    Raises:
        CrossroadsError: It ended with another code than 0, or did not end in time.
    """
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    plain = {"PATH": tools, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "80", "LC_ALL": "C.UTF-8"}
    remedy = "show only commands that end by themselves with exit code 0"
    try:
        done = subprocess.run(  # noqa: S602 - a transcript is a line for a shell
            command,
            shell=True,
            cwd=root,
            env=os.environ | plain,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout_s,
            check=False,
            encoding="utf-8",
        )
    except subprocess.TimeoutExpired as error:
        problem = f"'{command}' does not end within {timeout_s:g} s"
        raise CrossroadsError(problem, "a page shows it as a transcript", remedy) from error
    if done.returncode != 0:
        problem = f"'{command}' ends with exit code {done.returncode}"
        raise CrossroadsError(problem, done.stdout.strip()[-400:] or "it prints nothing", remedy)
    return tidy(done.stdout.replace(str(root.resolve()), HOME))


def tidy(output: str) -> str:
    """Return output without blanks at the ends of lines and empty lines around it."""
    return "\n".join(line.rstrip() for line in output.expandtabs().splitlines()).strip("\n")


def normalize(output: str) -> str:
    """Return output with all that may differ replaced by what stands for it.

    >>> normalize("pid 4711 listens on 127.0.0.1:41234 after 0.31 s")
    'pid <pid> listens on 127.0.0.1:<port> after <duration>'
    """
    for pattern, stand_in in RULES.values():
        output = re.sub(pattern, stand_in, output)
    return output


def replayed(text: str, root: Path) -> str:
    """Return a transcript with the output of now; the old one where only details differ."""
    lines = []
    for exchange in parse(text):
        now = replay(exchange.command, root)
        same = normalize(now) == normalize(exchange.output)
        lines += [PROMPT + exchange.command, exchange.output if same else now]
    return "\n".join(line for line in lines if line)


def refresh_transcripts(root: Path) -> list[Path]:
    """Rewrite the outputs on all pages and return the pages that changed."""
    changed = []
    for block in reversed(read_account(root).of(Kind.TRANSCRIPT)):
        old = block.shown.text.strip("\n")
        new = replayed(old, root)
        if new != tidy(old):
            _rewrite(root / block.page, block, new)
            changed.append(block.page)
    return sorted(set(changed))


def _rewrite(page: Path, block: Block, new: str) -> None:
    source = page.read_text(encoding="utf-8").splitlines(keepends=True)
    first = block.line - 1
    count = len(block.shown.text.strip("\n").splitlines())
    # What stands before the command is the block's place in a list or quote.
    place = source[first][: source[first].index(bare(source[first]))]
    source[first : first + count] = [f"{place}{line}".rstrip() + "\n" for line in new.splitlines()]
    page.write_text("".join(source), encoding="utf-8")

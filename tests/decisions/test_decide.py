"""`crossroads decide` as a person runs it: a process of its own, on a terminal where it asks."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crossroads.decisions.read import read_tree
from crossroads.decisions.walk import walks

DEADLINE_S = 60.0
COMMAND = (sys.executable, "-m", "crossroads", "decide")


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


def decide(project: Path, *arguments: str, **environment: str) -> Done:
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=project,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=DEADLINE_S,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


class Dialog:
    """A `crossroads decide` whose input and dialog are a terminal, and whose output is a pipe."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int) -> None:
        self.process = process
        self.terminal = terminal
        self.shown = ""

    def type(self, *lines: str) -> None:
        for line in lines:
            os.write(self.terminal, f"{line}\n".encode())

    def press(self, keys: str) -> None:
        os.write(self.terminal, keys.encode())

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while text not in self.shown:
            assert time.monotonic() < deadline, f"'{text}' is not in:\n{self.shown}"
            if select.select([self.terminal], [], [], 1)[0]:
                self.shown += os.read(self.terminal, 65536).decode()

    def interrupt(self) -> None:
        """Press Ctrl-C, and again: the first may come in the moment before it is listened for."""
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            self.process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=3)
                return

    def end(self) -> Done:
        out, _ = self.process.communicate(timeout=DEADLINE_S)
        while select.select([self.terminal], [], [], 0)[0]:
            self.shown += os.read(self.terminal, 65536).decode()
        return Done(self.process.returncode, out.decode(), self.shown.replace("\r\n", "\n"))


@contextmanager
def dialog(project: Path, *arguments: str, term: str = "dumb") -> Iterator[Dialog]:
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=project,
        env=os.environ | {"TERM": term},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    try:
        yield Dialog(process, ours)
    finally:
        process.kill()
        process.communicate()
        os.close(ours)
        os.close(theirs)


def test_answers_given_at_once_lead_to_the_advice(project: Path) -> None:
    done = decide(project, "--answers", "order,slow-view,wait")

    assert (done.code, done.err) == (0, "")
    assert "Threads, a bounded number" in done.out
    assert "[asgi-alone: not measured here" in done.out
    assert "The recipe: docs/decide/threads.md" in done.out
    assert done.out.endswith("crossroads decide --answers order,slow-view,wait\n")


def test_some_answers_lead_to_the_next_question(project: Path) -> None:
    done = decide(project, "--answers", "order")

    assert (done.code, done.err) == (0, "")
    assert "Does a view stream?" in done.out
    assert "2  slow-view  No, but something is slow" in done.out


def test_a_wrong_answer_names_the_possible_ones_in_three_lines(project: Path) -> None:
    done = decide(project, "--answers", "slow,sleep")

    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        "'sleep' is no answer to 'Do the workers wait or compute?'",
        (
            "possible answers: wait (They wait, below 60 % of a core); compute (They compute); "
            "where you do not know: wait~"
        ),
        "give the id of one of these",
    ]


def test_without_a_terminal_and_without_answers_it_says_what_to_do(project: Path) -> None:
    done = decide(project)

    assert (done.code, done.out) == (2, "")
    assert "the input is not a terminal" in done.err
    assert "crossroads decide --answers" in done.err
    assert len(done.err.splitlines()) == 3


def test_the_list_has_every_path(project: Path) -> None:
    done = decide(project, "--list")

    paths = [line.split()[0] for line in done.out.splitlines()]
    assert paths == [walked.path for walked in walks(read_tree(project / "docs" / "decide"))]


def test_json_is_the_walk(project: Path) -> None:
    done = decide(project, "--answers", "slow,wait", "--json")

    found = json.loads(done.out)
    assert found["path"] == "slow,wait"
    assert found["advice"]["id"] == "threads"
    assert found["advice"]["evidence"][0]["id"] == "asgi-alone"
    assert found["advice"]["evidence"][0]["state"].startswith("not measured here")
    assert "django" in found["versions"]


def test_a_record_on_standard_output_stands_there_alone(project: Path) -> None:
    done = decide(project, "--answers", "slow,wait", "--adr", "-", SITE_URL="https://example.org/")

    assert done.err == ""
    assert done.out.startswith("# Threads, a bounded number\n\n- Status: proposed\n")
    assert f"- Date: {datetime.now(UTC).astimezone().date()}\n" in done.out
    assert "https://example.org/decide/#slow,wait" in done.out
    assert done.out.splitlines()[-1].startswith("- Versions: django ")


def test_a_record_is_written_to_a_file_and_not_over_another(project: Path) -> None:
    file = project / "0007-threads.md"
    command = ("--answers", "slow,wait", "--adr", str(file))

    first = decide(project, *command)
    record = file.read_text(encoding="utf-8")
    file.write_text("mine")
    refused = decide(project, *command)
    kept = file.read_text()
    replaced = decide(project, *command, "--overwrite")

    assert record.startswith("# Threads")
    assert (first.code, first.err) == (0, f"The record is in {file}.\n")
    assert "Threads, a bounded number" in first.out
    assert (refused.code, refused.out, kept) == (2, "", "mine")
    assert "is there already" in refused.err
    assert "--overwrite" in refused.err.splitlines()[2]
    assert (replaced.code, file.read_text(encoding="utf-8")) == (0, record)


def test_a_record_for_a_folder_that_is_missing_is_refused(project: Path) -> None:
    done = decide(project, "--answers", "slow,wait", "--adr", "adr/0001.md")

    assert done.code == 2
    assert "there is no folder adr" in done.err


def test_without_an_advice_there_is_no_record(project: Path) -> None:
    done = decide(project, "--answers", "order", "--adr", "record.md")

    assert done.code == 2
    assert "no decision to record after 'order'" in done.err
    assert not (project / "record.md").exists()


def test_a_dialog_takes_numbers_and_ids_and_ends_in_the_advice(project: Path) -> None:
    with dialog(project) as asked:
        asked.type("2", "slow-view", "1")
        done = asked.end()

    assert done.code == 0
    assert done.out == decide(project, "--answers", "order,slow-view,wait").out
    assert done.err.index("What brings you here?") < done.err.index("Does a view stream?")


DOWN, LEFT = "\x1b[B", "\x1b[D"


@pytest.mark.parametrize("keys", [f"{DOWN}\r", "2\r"], ids=["arrow", "number"])
def test_where_the_cursor_moves_an_answer_is_chosen_from_a_list(project: Path, keys: str) -> None:
    with dialog(project, term="xterm") as asked:
        asked.wait_for("What brings you here?")
        asked.press(keys)
        asked.wait_for("Does a view stream?")
        asked.press("\r")
        done = asked.end()

    assert done.code == 0
    assert done.out == decide(project, "--answers", "order,nothing").out


def test_in_the_list_who_does_not_know_is_told_how_to_find_out_and_goes_on(project: Path) -> None:
    with dialog(project, term="xterm") as asked:
        asked.wait_for("What brings you here?")
        asked.press("2\r")
        asked.wait_for("Does a view stream?")
        asked.press("?")
        asked.wait_for("Not to be found out: go on")
        asked.press("\r")
        done = asked.end()

    assert "$ grep -rnE" in done.err
    assert done.out.endswith("--answers order,nothing~\n")


@pytest.mark.parametrize("key", [LEFT, "b"])
def test_in_the_list_a_step_can_be_taken_back(project: Path, key: str) -> None:
    with dialog(project, term="xterm") as asked:
        asked.wait_for("What brings you here?")
        asked.press("2\r")
        asked.wait_for("Does a view stream?")
        asked.shown = ""
        asked.press(key)
        asked.wait_for("What brings you here?")
        asked.press("q")
        done = asked.end()

    assert (done.code, done.out) == (0, "")
    assert done.err.endswith("Left.\n")


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_the_list_is_left_cleanly(project: Path, key: str) -> None:
    with dialog(project, term="xterm") as asked:
        asked.wait_for("What brings you here?")
        asked.press(key)
        done = asked.end()

    assert (done.code, done.out) == (130, "")
    assert done.err.endswith("\nLeft.\n")
    assert "Traceback" not in done.err


def test_two_walks_are_compared_from_where_they_part(project: Path) -> None:
    done = decide(project, "--answers", "order,slow-view,wait", "--compare", "order,nothing")

    assert (done.code, done.err) == (0, "")
    common, _, parted = done.out.partition("A is order,slow-view,wait")
    assert "I was told to switch: ASGI" in common
    assert "I was told to switch: ASGI" not in parted
    assert "A leads to: Threads, a bounded number" in parted
    assert "B leads to: Do not switch" in parted


def test_two_walks_to_the_same_advice_say_so(project: Path) -> None:
    done = decide(project, "--answers", "slow,wait", "--compare", "push")

    assert "Both lead to the same advice." in done.out


def test_a_walk_that_has_not_ended_cannot_be_compared(project: Path) -> None:
    done = decide(project, "--answers", "slow,wait", "--compare", "order")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("there is nothing to compare after 'order'\n")
    assert len(done.err.splitlines()) == 3


def test_the_list_as_json_is_the_tree(project: Path) -> None:
    done = decide(project, "--list", "--json")

    found = json.loads(done.out)
    assert list(found["questions"]) == ["start", "streams", "waits"]
    assert found["moved"] == {"asgi": "order"}


def test_a_question_mark_shows_how_to_find_out_and_asks_again(project: Path) -> None:
    with dialog(project) as asked:
        asked.type("order", "?", "nothing")
        done = asked.end()

    assert "    $ grep -rnE" in done.err
    assert "Do not switch" in done.out


def test_b_goes_back(project: Path) -> None:
    with dialog(project) as asked:
        asked.type("b", "order", "b", "slow", "wait")
        done = asked.end()

    assert done.err.count("What brings you here?") == 3
    assert done.out.endswith("--answers slow,wait\n")


def test_a_wrong_answer_is_explained_and_asked_again(project: Path) -> None:
    with dialog(project) as asked:
        asked.type("4", "slow", "0", "2")
        done = asked.end()

    assert "'4' is no answer to 'What brings you here?'" in done.err
    assert "'0' is no answer to 'Do the workers wait or compute?'" in done.err
    assert "More processes" in done.out


def test_q_leaves_and_says_how_to_come_back(project: Path) -> None:
    with dialog(project, "--adr", "record.md") as asked:
        asked.type("order", "q")
        done = asked.end()

    assert (done.code, done.out) == (0, "")
    assert done.err.endswith("Left. These answers again: crossroads decide --answers order\n")
    assert not (project / "record.md").exists()


@pytest.mark.parametrize("how", ["Ctrl-C", "Ctrl-D"])
def test_a_key_to_stop_leaves_cleanly(project: Path, how: str) -> None:
    with dialog(project) as asked:
        asked.wait_for("q leave)")
        if how == "Ctrl-C":
            asked.interrupt()
        else:
            os.write(asked.terminal, b"\x04")
        done = asked.end()

    assert (done.code, done.out) == (130, "")
    assert done.err.endswith("\nLeft.\n")
    assert "Traceback" not in done.err


def test_a_file_that_is_there_is_refused_before_anything_is_asked(project: Path) -> None:
    (project / "record.md").write_text("mine")

    with dialog(project, "--adr", "record.md") as asked:
        done = asked.end()

    assert done.code == 2
    assert "What brings you here?" not in done.err

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from crossroads.services.process import Process

type AllGone = Callable[[list[psutil.Process]], bool]
type Until = Callable[[Callable[[], object]], None]

# A worker that will not listen, and a daemon that has left its family.
STUBBORN = """trap '' TERM; echo stubborn >>"$0"; while :; do sleep 0.2; done"""
DAEMON = """
import os, sys, time
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
open(sys.argv[1], "a").write("daemon\\n")
time.sleep(600)
"""
TREE = f"""
sh -c '{STUBBORN.replace("'", chr(39) + '"' + chr(39) + '"' + chr(39))}' "$1" &
"$2" -c '{DAEMON}' "$1"
wait
"""
PARENT = """
import time
from crossroads.services.process import Process
with Process.start({command!r}, name="tree") as process:
    print(process.pid, flush=True)
    time.sleep(600)
"""
is_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="a daemon is followed on Linux only; run this there"
)


def tree_command(started: Path) -> list[str]:
    started.touch()
    return ["sh", "-c", TREE, "tree", str(started), sys.executable]


def is_complete(started: Path) -> bool:
    return sorted(started.read_text().split()) == ["daemon", "stubborn"]


@is_linux
def test_the_whole_tree_ends_when_we_are_killed(
    tmp_path: Path, start_parent: Callable[[str], Any], until: Until, all_gone: AllGone
) -> None:
    started = tmp_path / "started"
    parent = start_parent(PARENT.format(command=tree_command(started)))
    until(lambda: is_complete(started))
    family = parent.family()

    parent.signal(signal.SIGKILL)

    assert len(family) >= 4  # guard, shell, stubborn shell, daemon
    until(lambda: all_gone(family))


@is_linux
def test_stop_ends_the_whole_tree(tmp_path: Path, until: Until, all_gone: AllGone) -> None:
    started = tmp_path / "started"
    with Process.start(tree_command(started), name="tree") as process:
        until(lambda: is_complete(started))
        tree = process.tree()

        assert process.stop(grace_s=0.3) == -signal.SIGTERM

    assert len(tree) >= 3
    assert all_gone(tree)


def test_ctrl_c_reaches_us_alone_and_we_end_the_command_in_order(
    tmp_path: Path, start_parent: Callable[[str], Any], until: Until, all_gone: AllGone
) -> None:
    heard = tmp_path / "heard"
    script = f"trap 'echo TERM >>{heard}; exit' TERM; trap 'echo INT >>{heard}' INT; "
    loop = f"touch {heard}; while :; do sleep 0.05; done"
    parent = start_parent(PARENT.format(command=["sh", "-c", script + loop]))
    until(heard.exists)
    family = parent.family()

    parent.signal(signal.SIGINT)

    until(lambda: all_gone(family))
    assert heard.read_text() == "TERM\n"


def test_a_command_ends_when_its_guard_is_killed(until: Until) -> None:
    with Process.start(["sleep", "600"], name="sleeper") as process:
        command = psutil.Process(process.pid)
        psutil.Process(process.pid).parent().kill()  # type: ignore[union-attr]

        until(lambda: not process.is_running())
        until(lambda: not command.is_running() or command.status() == psutil.STATUS_ZOMBIE)
        assert process.why_it_ended() == "sleeper was killed by SIGKILL"


def test_what_a_command_leaves_behind_is_asked_to_end(
    tmp_path: Path, until: Until, all_gone: AllGone
) -> None:
    ready, asked, go = tmp_path / "ready", tmp_path / "asked", tmp_path / "go"
    os.mkfifo(go)
    rest = f"trap 'touch {asked}; exit' TERM; touch {ready}; while :; do sleep 0.05; done"
    script = f"({rest}) & read line <{go}"
    with Process.start(["sh", "-c", script], name="parent of one") as process:
        until(ready.exists)
        tree = process.tree()
        go.write_text("go\n")

        until(lambda: not process.is_running())
        until(lambda: all_gone(tree))
        assert len(tree) >= 2
        assert asked.exists()


def test_a_blocked_signal_of_ours_is_not_handed_down() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        with Process.start(["sleep", "600"], name="sleeper") as process:
            assert process.stop(grace_s=20) == -signal.SIGTERM
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def test_a_signal_that_we_ignore_is_not_ignored_by_the_command(until: Until) -> None:
    before = signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    try:
        with Process.start(["sh", "-c", "kill -USR1 $$; sleep 600"], name="sh") as process:
            until(lambda: not process.is_running())
            assert process.exit_code == -signal.SIGUSR1
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_command_inherits_no_file_but_the_usual_three(until: Until) -> None:
    code = "import os\nfor fd in range(3, 64):\n try: os.fstat(fd)\n except OSError: pass\n"
    code += " else: print('open:', fd)\nprint('done')"
    with Process.start([sys.executable, "-I", "-c", code], name="lister") as process:
        until(lambda: not process.is_running())
        assert process.log == "done\n"


def test_the_scratch_folder_is_removed_with_the_tree(
    tmp_path: Path, start_parent: Callable[[str], Any], until: Until
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    code = PARENT.replace('name="tree"', f'name="tree", scratch="{scratch}"')
    parent = start_parent(code.format(command=["sleep", "600"]))
    assert scratch.exists()

    parent.signal(signal.SIGKILL)

    until(lambda: not scratch.exists())

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from crossroads.services.process import Process, ServiceError, can_pin

type Until = Callable[[Callable[[], object]], None]
IS_ROOT = os.geteuid() == 0


@pytest.mark.parametrize(
    ("script", "code", "why"),
    [
        ("exit 0", 0, "it ended by itself with exit code 0"),
        ("exit 3", 3, "it ended by itself with exit code 3"),
        ("kill -KILL $$", -signal.SIGKILL, "it was killed by SIGKILL"),
        ("kill -TERM $$", -signal.SIGTERM, "it was killed by SIGTERM"),
        ("kill -SEGV $$", -signal.SIGSEGV, "it was killed by SIGSEGV"),
    ],
)
def test_it_says_why_it_ended(script: str, code: int, why: str, until: Until) -> None:
    with Process.start(["sh", "-c", script], name="it") as process:
        until(lambda: not process.is_running())

        assert (process.exit_code, process.why_it_ended()) == (code, why)
        assert process.stop() == code
        assert process.why_it_ended() == why


def test_it_says_that_it_runs() -> None:
    with Process.start(["sleep", "600"], name="sleeper") as process:
        assert process.why_it_ended() == "sleeper is running"


def test_it_says_that_we_ended_it(until: Until) -> None:
    script = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done"
    with Process.start(["sh", "-c", script], name="server") as process:
        until(lambda: "ready" in process.log)
        process.stop()

    assert process.why_it_ended() == "server ended when asked to with exit code 0"


def test_a_second_stop_returns_the_same() -> None:
    with Process.start(["sleep", "600"], name="sleeper") as process:
        assert process.stop() == process.stop() == -signal.SIGTERM


def test_its_pid_is_that_of_the_command_itself(until: Until) -> None:
    with Process.start(["sleep", "600"], name="sleeper") as process:
        until(lambda: psutil.Process(process.pid).cmdline() == ["sleep", "600"])
        assert [member.pid for member in process.tree()] == [process.pid]

    assert process.tree() == []


def test_the_log_holds_both_outputs_and_stays_after_the_end(until: Until) -> None:
    with Process.start(["sh", "-c", "echo out; echo err >&2"], name="speaker") as process:
        until(lambda: not process.is_running())
        assert process.log == "out\nerr\n"

    assert process.log == "out\nerr\n"


def test_a_long_log_blocks_nobody(until: Until) -> None:
    code = "print('x' * 3_000_000)"
    with Process.start([sys.executable, "-I", "-c", code], name="talker") as process:
        until(lambda: not process.is_running())

        assert (process.exit_code, len(process.log)) == (0, 3_000_001)


def test_a_command_that_dies_at_the_start_shows_the_end_of_its_log() -> None:
    script = "for line in $(seq 40); do echo line $line; done; exit 3"
    process = Process.start(["sh", "-c", script], name="server")

    with pytest.raises(ServiceError) as caught:
        process.wait_until(lambda: False)

    problem, why, heading, *log, _ = str(caught.value).splitlines()
    assert problem == "server did not start"
    assert why == "server ended by itself with exit code 3"
    assert heading == "its log ends with:"
    assert log == [f"line {number}" for number in range(26, 41)]


def test_a_command_that_never_gets_ready_is_ended() -> None:
    process = Process.start(["sleep", "600"], name="sleeper")

    with pytest.raises(ServiceError, match=r"sleeper was not ready after 0\.2 s"):
        process.wait_until(lambda: False, deadline_s=0.2)

    assert not psutil.pid_exists(process.pid)


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(ServiceError, match="no-such-program") as caught:
        Process.start(["no-such-program"], name="server")

    assert caught.value.problem == "server cannot be started"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="no-such-folder"):
        Process.start(["true"], name="server", cwd=tmp_path / "no-such-folder")


def test_the_environment_is_the_given_one(monkeypatch: pytest.MonkeyPatch, until: Until) -> None:
    monkeypatch.setenv("OURS", "not for others")
    env = {"PATH": os.environ["PATH"], "ONLY": "this"}
    with Process.start(["env"], name="env", env=env) as process:
        until(lambda: not process.is_running())

    assert "ONLY=this" in process.log
    assert "OURS" not in process.log


@pytest.fixture
def groups_of_ours() -> Iterator[None]:
    if not IS_ROOT:
        yield
        return
    before = os.getgroups()
    os.setgroups([*before, 4711])
    yield
    os.setgroups(before)


@pytest.mark.usefixtures("groups_of_ours")
@pytest.mark.parametrize("user", ["nobody"] if IS_ROOT else [None])
def test_a_command_runs_as_its_user_and_in_none_of_our_groups(
    user: str | None, until: Until
) -> None:
    expected = subprocess.check_output(["id", "-u", *([user] if user else [])], text=True)
    with Process.start(["sh", "-c", "id -u; id -G"], name="id", user=user) as process:
        until(lambda: not process.is_running())

    uid, groups = process.log.splitlines()
    assert uid == expected.strip()
    assert user is None or len(groups.split()) == 1


def test_a_tree_is_kept_on_the_cores_it_was_given(until: Until) -> None:
    core = min(os.sched_getaffinity(0)) if can_pin() else 0
    command = ["sh", "-c", "sleep 600 & wait"]
    with Process.start(command, name="pair", cpus=[core]) as process:
        until(lambda: len(process.tree()) == 2)

        if can_pin():
            assert [member.cpu_affinity() for member in process.tree()] == [[core], [core]]

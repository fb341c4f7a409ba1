import sys
import time

from crossroads.services.process import Process
from crossroads.services.usage import cpu_seconds, pss_mb, thread_count

BURN = "import time\nwhile time.process_time() < 0.3: pass\n"
IN_A_CHILD = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])\n"
IN_A_THREAD = f"import threading\nt = threading.Thread(target=exec, args=({BURN!r},))\n"
IN_A_THREAD += "t.start(); t.join()\n"
AND_STAY = "import time\nprint('ready', flush=True)\ntime.sleep(600)"


def started(code: str) -> Process:
    process = Process.start([sys.executable, "-I", "-c", code + AND_STAY], name="burner")
    process.wait_until(lambda: "ready" in process.log, deadline_s=30)
    return process


def test_the_time_of_a_child_that_ended_counts() -> None:
    with started(IN_A_CHILD) as process:
        assert cpu_seconds([process]) >= 0.28


def test_the_time_of_a_thread_that_ended_counts() -> None:
    with started(IN_A_THREAD) as process:
        assert cpu_seconds([process]) >= 0.28


def test_a_process_that_waits_uses_no_time() -> None:
    with started("") as process:
        before = cpu_seconds([process])
        time.sleep(0.2)

        assert cpu_seconds([process]) - before <= 0.05


def test_memory_and_threads_are_summed_over_all_trees() -> None:
    hold = "data = bytearray(50_000_000)\n"
    with started(hold) as large, started("") as small:
        assert pss_mb([large]) > 50
        assert pss_mb([large, small]) > pss_mb([large])
        assert thread_count([large, small]) == 2


def test_threads_are_counted() -> None:
    wait = "import threading, time\n"
    wait += "for _ in range(3): threading.Thread(target=time.sleep, args=(600,)).start()\n"
    with started(wait) as process:
        assert thread_count([process]) == 4


def test_what_has_ended_uses_nothing() -> None:
    with started("") as process:
        process.stop()

        used = (cpu_seconds([process]), pss_mb([process]), thread_count([process]))
    assert used == (0, 0, 0)

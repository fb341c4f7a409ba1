"""What a stop and a reload do to requests in progress, and to those that queue."""

import os
import signal
from socket import create_connection

import httpx
import psutil
import pytest

from .listening import unaccepted


@pytest.mark.evidence("graceful")
def test_a_reload_answers_what_is_in_progress_and_serves_what_comes(serve, carrier):
    desk = serve("gunicorn-gthread", SHOW_PROCESS="1", GUNICORN_CMD_ARGS="--keep-alive 0")
    before = pid_that_answers(desk)
    in_progress = desk.ask("/rates/one/")
    carrier.wait_for(1)

    tell(desk, signal.SIGHUP)
    desk.wait_until(lambda: pid_that_answers(desk) != before)
    assert in_progress.answered() == 0

    carrier.let_go()
    assert in_progress.statuses() == {200: 1}


@pytest.mark.evidence("graceful")
def test_a_stop_answers_what_is_in_progress(serve, carrier):
    desk = serve("gunicorn-gthread")
    in_progress = desk.ask("/rates/one/")
    carrier.wait_for(1)

    tell(desk, signal.SIGTERM)
    carrier.let_go()

    assert in_progress.statuses() == {200: 1}


@pytest.mark.evidence("graceful-timeout")
def test_graceful_timeout_is_a_limit_for_a_stop_and_not_for_a_reload(serve, carrier):
    limit = "--graceful-timeout 1"
    stopped, reloaded = (serve("gunicorn-gthread", GUNICORN_CMD_ARGS=limit) for _ in range(2))
    timed = serve("gunicorn-gthread", GUNICORN_CMD_ARGS=f"{limit} --timeout 2")
    cut_off, goes_on, too_long = (desk.ask("/rates/one/") for desk in (stopped, reloaded, timed))
    carrier.wait_for(3)

    tell(stopped, signal.SIGTERM)
    for desk in (reloaded, timed):
        tell(desk, signal.SIGHUP)
    # `timeout` finds an old worker of which nobody says any more that it lives.
    assert (cut_off.lost(), too_long.lost()) == (1, 1)
    assert "WORKER TIMEOUT" in timed.server.process.log
    # The old worker of the other one has waited as long, and says that it leaves. It does not,
    # while a thread of it has work to do.
    reloaded.wait_until(lambda: "Worker exiting" in reloaded.server.process.log)
    assert goes_on.answered() == 0
    carrier.let_go()
    assert goes_on.statuses() == {200: 1}


@pytest.mark.evidence("restart-queue")
def test_a_stop_loses_what_waits_in_the_accept_queue_and_a_reload_does_not(serve, carrier, record):
    stopped, reloaded = serve("gunicorn-sync"), serve("gunicorn-sync")
    in_progress = [desk.ask("/rates/one/") for desk in (stopped, reloaded)]
    carrier.wait_for(2)
    queued = [desk.ask_at_once(4, "/health/") for desk in (stopped, reloaded)]
    for desk in (stopped, reloaded):
        desk.wait_until(lambda port=desk.server.port: unaccepted(port) == 4)

    (worker,) = map(psutil.Process, workers(stopped))
    slept = worker.num_ctx_switches().voluntary
    tell(stopped, signal.SIGTERM)
    tell(reloaded, signal.SIGHUP)
    # Its worker was woken by the signal, and waits for the carrier again.
    stopped.wait_until(lambda: worker.num_ctx_switches().voluntary > slept)
    carrier.let_go()

    assert [asked.statuses() for asked in in_progress] == [{200: 1}, {200: 1}]
    lost = queued[0].lost()
    assert queued[1].statuses() == {200: 4}
    assert lost == 4
    record(queued=4, lost=lost)


@pytest.mark.evidence("restart-queue")
def test_a_stop_answers_what_gthread_has_taken_into_its_own_queue(serve, carrier):
    desk = serve("gunicorn-gthread", THREADS=1)
    in_progress = desk.ask("/rates/one/")
    carrier.wait_for(1)
    queued = desk.ask_at_once(4, "/health/")
    desk.wait_until(lambda: unaccepted(desk.server.port) == 0)

    tell(desk, signal.SIGTERM)
    carrier.let_go()

    assert in_progress.statuses() == {200: 1}
    assert queued.statuses() == {200: 4}


@pytest.mark.evidence("reload-preload")
def test_after_a_reload_a_preloaded_app_is_the_old_one_in_new_workers(serve, tmp_path):
    def version_after_reload(name, **env):
        module = tmp_path / f"{name}.py"
        module.write_text(APPLICATION.format(b"old"))
        desk = serve("gunicorn-sync", app=f"{name}:application", PYTHONPATH=tmp_path, **env)
        old = workers(desk)

        module.write_text(APPLICATION.format(b"new!"))
        tell(desk, signal.SIGHUP)
        desk.wait_until(lambda: workers(desk) and not workers(desk) & old)
        return httpx.get(desk.server.url).text

    assert version_after_reload("preloaded", GUNICORN_CMD_ARGS="--preload") == "old"
    assert version_after_reload("loaded_by_workers") == "new!"


@pytest.mark.evidence("max-requests")
def test_a_worker_at_its_last_request_takes_no_other_until_those_in_progress_end(
    serve, carrier, record
):
    options = "--keep-alive 0 --max-requests 3"
    desk = serve("gunicorn-gthread", THREADS=8, GUNICORN_CMD_ARGS=options)  # one, to see it start
    old = workers(desk)
    in_progress = desk.ask("/rates/one/")
    carrier.wait_for(1)
    with create_connection(("127.0.0.1", desk.server.port)) as last:
        last.sendall(b"GET /health/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        while last.recv(4096):  # to the end, which the part of the worker sends that accepts
            pass

    behind = desk.ask_at_once(5, "/health/")  # seven of the eight threads are free
    desk.wait_until(lambda: unaccepted(desk.server.port) == 5)
    assert workers(desk) == old

    carrier.let_go()
    assert in_progress.statuses() == {200: 1}
    assert behind.statuses() == {200: 5}
    assert not workers(desk) & old
    record(threads=8, waiting=5)


def tell(desk, sent):
    """Send a signal to gunicorn's first process, and return when it acts on it."""
    os.kill(desk.server.process.pid, sent)
    says = f"Handling signal: {sent.name.removeprefix('SIG').lower()}"
    desk.wait_until(lambda: says in desk.server.process.log)


def workers(desk):
    """Return the ids of the worker processes that live."""
    children = psutil.Process(desk.server.process.pid).children()
    return {child.pid for child in children if child.status() != psutil.STATUS_ZOMBIE}


def pid_that_answers(desk):
    """Return the id of the worker that answers; the connection is closed at once."""
    return int(httpx.get(f"{desk.server.url}/process/", timeout=30).json()["pid"])


APPLICATION = """
def application(environ, start_response):
    start_response("200 OK", [])
    return [{!r}]
"""

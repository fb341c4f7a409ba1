import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis

from crossroads.services.process import ServiceError
from crossroads.services.valkey import Valkey, start_valkey

pytestmark = pytest.mark.usefixtures("valkey")  # skips where there is none to start
START = """
import time
from crossroads.services.valkey import start_valkey
with start_valkey() as service:
    print(service.url, flush=True)
    time.sleep(600)
"""


def setting(service: Valkey, name: str) -> str:
    with redis.Redis.from_url(service.url, decode_responses=True) as client:
        return str(client.config_get(name)[name])


def test_it_answers_and_is_ended() -> None:
    with start_valkey() as service, redis.Redis.from_url(service.url) as client:
        assert client.ping()

    assert service.processes[0].exit_code == 0
    assert service.processes[0].tree() == []


def test_it_keeps_nothing_and_listens_on_loopback_alone() -> None:
    with start_valkey() as service:
        names = ("save", "appendonly", "bind")
        assert [setting(service, name) for name in names] == ["", "no", "127.0.0.1"]
        folder = Path(setting(service, "dir"))
        assert folder.exists()

    assert not folder.exists()


def test_two_run_at_once() -> None:
    with start_valkey() as one, start_valkey() as other:
        assert setting(one, "port") != setting(other, "port")


def test_it_ends_when_we_are_killed(
    start_parent: Callable[[str], Any],
    until: Callable[[Callable[[], object]], None],
    all_gone: Callable[[list[psutil.Process]], bool],
) -> None:
    parent = start_parent(START)
    folder = Path(setting(Valkey(parent.said, []), "dir"))
    family = parent.family()

    parent.signal(signal.SIGKILL)

    until(lambda: all_gone(family))
    until(lambda: not folder.exists())


def test_the_server_of_redis_url_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere:6379/3")

    with start_valkey() as service:
        assert (service.url, service.processes) == ("redis://elsewhere:6379/3", [])


def test_a_valkey_that_is_nowhere_is_an_error_that_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(ServiceError, match="there is no Valkey to start"):
        start_valkey()

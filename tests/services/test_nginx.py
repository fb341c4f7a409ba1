import signal
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil
import pytest

from crossroads.services.nginx import find_program, start_nginx
from crossroads.services.process import ServiceError

CONFIGURATION = "server { listen 127.0.0.1:${PORT}; location / { return 200 '$uri ${WORD}'; } }"
START = """
import sys, time
from pathlib import Path
from crossroads.services.nginx import start_nginx
with start_nginx(Path({path!r}), {{"WORD": "here"}}) as nginx:
    print(nginx.port, nginx.processes[0].pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    try:
        find_program("nginx")
        find_program("envsubst")
    except ServiceError as error:
        pytest.skip(f"{error.problem}; {error.remedy}")
    path = tmp_path / "some.conf"
    path.write_text(CONFIGURATION)
    return path


def get(port: int, path: str) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def test_only_what_is_given_is_filled_in(configuration: Path) -> None:
    with start_nginx(configuration, {"WORD": "here"}) as nginx:
        assert get(nginx.port, "/there") == "/there here"
        assert nginx.url == f"http://127.0.0.1:{nginx.port}"

    assert nginx.processes[0].tree() == []


def test_text_that_no_test_can_wait_for_is_replaced(configuration: Path) -> None:
    with start_nginx(configuration, {"WORD": "60s"}, instead={" 60s'": " 1s'"}) as nginx:
        assert get(nginx.port, "/") == "/ 1s"


def test_text_that_is_not_there_is_not_replaced_without_a_word(configuration: Path) -> None:
    with pytest.raises(ValueError, match=r"'30s' is not in some\.conf"):
        start_nginx(configuration, {"WORD": "60s"}, instead={"30s": "1s"})


def test_a_name_that_nothing_fills_in_is_an_error(configuration: Path) -> None:
    with pytest.raises(ValueError, match=r"nothing fills in \$\{WORD\} of some\.conf"):
        start_nginx(configuration, {})


def test_a_configuration_that_nginx_refuses_is_an_error_with_its_words(
    configuration: Path,
) -> None:
    configuration.write_text("nonsense;")

    with pytest.raises(ServiceError, match="nginx did not start") as refused:
        start_nginx(configuration, {})
    assert 'unknown directive "nonsense"' in str(refused.value)


def test_it_ends_when_we_are_killed(
    configuration: Path,
    start_parent: Callable[[str], Any],
    until: Callable[[Callable[[], object]], None],
    all_gone: Callable[[list[psutil.Process]], bool],
) -> None:
    parent = start_parent(START.format(path=str(configuration)))
    family = parent.family()
    folder = Path(psutil.Process(int(parent.said.split()[1])).cwd())

    parent.signal(signal.SIGKILL)

    until(lambda: all_gone(family))
    until(lambda: not folder.exists())


def test_a_program_that_is_nowhere_is_an_error_that_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("crossroads.services.nginx._SBIN", "/nowhere")
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(ServiceError, match="nginx is not installed") as missing:
        find_program("nginx")
    assert missing.value.remedy == "apt install nginx-light"

"""The comparison that readers run on their own app."""

import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossroads.services.ports import free_port
from crossroads.services.server import start_server

ROOT = Path(__file__).parents[2]
COMPARE = ROOT / "snippets" / "recipes" / "compare.py"
SETTINGS = {"DJANGO_SECRET_KEY": "for this test alone " * 3, "DJANGO_INSECURE_HTTP": "1"}
LINE = re.compile(r" +(\d+) +(\d+) req/s +[\d.]+ ms, 95 % +[\d.]+ ms  (\S+)")

pytestmark = pytest.mark.runs("recipes/compare.py")


@pytest.fixture
def urls() -> Iterator[list[str]]:
    servers = ROOT / "snippets" / "servers"
    with (
        start_server(
            servers / "gunicorn-gthread.sh", cwd=ROOT / "example_app", env=SETTINGS
        ) as one,
        start_server(servers / "uvicorn.sh", cwd=ROOT / "example_app", env=SETTINGS) as two,
    ):
        yield [f"{one.url}/health/", f"{two.url}/health/"]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(COMPARE), *words, "--clients", "3", "--seconds", "0.2"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_two_servers_are_compared_round_by_round(urls: list[str]) -> None:
    done = run(*urls, "--rounds", "3")

    *lines, last = done.stdout.splitlines()
    rounds = [LINE.fullmatch(line).groups() for line in lines]
    assert [(number, url) for number, _, url in rounds] == [
        (str(number), url) for number in (1, 2, 3) for url in urls
    ]
    assert all(int(rate) > 0 for _, rate, _ in rounds)
    assert re.match("the first answered|the second answered|no difference seen", last)


def test_a_wrong_answer_ends_the_comparison(urls: list[str]) -> None:
    done = run(urls[0], urls[1].replace("health", "nowhere"))

    assert done.returncode == 1
    assert done.stderr.endswith("/nowhere/ answered 404; nothing is compared\n")


def test_a_server_that_is_not_there_ends_the_comparison(urls: list[str]) -> None:
    done = run(urls[0], f"http://127.0.0.1:{free_port()}/")

    assert done.returncode == 1
    assert "gave no answer (ConnectionRefusedError" in done.stderr


@pytest.mark.parametrize(
    ("ratios", "says"),
    [
        ([2.0, 1.5, 1.2], "the second answered 1.20 to 2.00 times as many requests"),
        ([0.5, 0.4, 0.8], "the first answered 1.25 to 2.50 times as many requests"),
        ([1.05, 1.3, 1.4], "no difference seen: second to first, 1.05 to 1.40 times as many"),
        ([0.5, 0.4, 1.2], "no difference seen: second to first, 0.40 to 1.20 times as many"),
    ],
)
def test_a_difference_is_seen_only_when_every_round_shows_it(
    ratios: list[float], says: str
) -> None:
    assert runpy.run_path(str(COMPARE))["verdict"](ratios).startswith(says)

"""Each start file that readers copy starts the example app."""

import json
from pathlib import Path
from urllib.request import urlopen

import pytest

from crossroads.services.server import start_server

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "snippets" / "servers").glob("*.sh"))
SETTINGS = {"DJANGO_SECRET_KEY": "for this test alone " * 3, "DJANGO_ALLOWED_HOSTS": "127.0.0.1"}


@pytest.mark.parametrize(
    "script",
    [pytest.param(s, id=s.stem, marks=pytest.mark.runs(f"servers/{s.name}")) for s in SCRIPTS],
)
def test_a_start_file_serves_the_example_app(script: Path) -> None:
    with (
        start_server(script, cwd=ROOT / "example_app", env=SETTINGS) as server,
        urlopen(f"{server.url}/health/", timeout=5) as answer,  # noqa: S310 - our own server
    ):
        assert json.load(answer) == {"status": "ok"}

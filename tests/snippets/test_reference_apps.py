"""The apps without Django answer, through their interfaces, the very bytes of the desk."""

import asyncio
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

SNIPPETS = Path(__file__).parents[2] / "snippets"
APPS = {"floor/bare_wsgi.py": "application", "floor/bare_asgi.py": "application"} | {
    "fastapi_service/app.py": "app"
}


def ask(app: Callable[..., Any], path: str, *, is_wsgi: bool) -> httpx.Response:
    if is_wsgi:
        with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://desk") as client:
            return client.get(path)

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
            return await client.get(path)

    return asyncio.run(asked())


@pytest.mark.parametrize(
    ("file", "name"),
    [pytest.param(f, n, id=f, marks=pytest.mark.runs(f)) for f, n in APPS.items()],
)
def test_a_reference_app_answers_as_the_desk_does(file: str, name: str) -> None:
    app = runpy.run_path(str(SNIPPETS / file))[name]
    answer = ask(app, "/health/", is_wsgi="wsgi" in file)

    assert answer.status_code == 200
    assert answer.content == b'{"status": "ok"}'
    assert ask(app, "/elsewhere/", is_wsgi="wsgi" in file).status_code == 404

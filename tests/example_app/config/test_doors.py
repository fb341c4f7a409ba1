"""The files a server or a person starts the desk by."""

import asyncio
import runpy
import sys

import httpx
import pytest


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    # The doors set it when it is missing; the monkeypatch takes it back.
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings")


def test_the_wsgi_door_opens(example_app):
    application = runpy.run_path(str(example_app / "config" / "wsgi.py"))["application"]
    with httpx.Client(transport=httpx.WSGITransport(application)) as browser:
        assert browser.get("http://localhost/health/").content == b'{"status": "ok"}'


async def _ask(application):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application)) as browser:
        return await browser.get("http://localhost/health/async/")


def test_the_asgi_door_opens(example_app):
    application = runpy.run_path(str(example_app / "config" / "asgi.py"))["application"]
    assert asyncio.run(_ask(application)).content == b'{"status": "ok"}'


def test_manage_runs_a_command(example_app, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["manage.py", "check"])
    runpy.run_path(str(example_app / "manage.py"))["main"]()
    assert "no issues" in capsys.readouterr().out

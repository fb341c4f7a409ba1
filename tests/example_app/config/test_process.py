import asyncio
import importlib.metadata
import os
import platform
import runpy
import subprocess
import sys

import pytest
import uvloop
from config.process import describe_process


async def _describe():
    return describe_process("asgi")


def test_every_value_is_text():
    assert {type(value) for value in describe_process("wsgi").values()} == {str}


def test_the_interpreter_and_the_process_are_named():
    described = describe_process("wsgi")
    assert described["python"] == platform.python_version()
    assert described["implementation"] == platform.python_implementation()
    assert described["pid"] == str(os.getpid())


def test_the_gil_is_what_the_interpreter_says_now(monkeypatch):
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    assert describe_process("wsgi")["gil"] == "off"


def test_a_python_that_cannot_switch_the_gil_off_has_it_on(monkeypatch):
    monkeypatch.delattr(sys, "_is_gil_enabled", raising=False)
    assert describe_process("wsgi")["gil"] == "on"


def test_the_loop_of_the_server_is_named():
    assert asyncio.run(_describe())["event_loop"].startswith("asyncio.")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(_describe())["event_loop"] == "uvloop.Loop"


def test_outside_of_a_coroutine_there_is_no_loop():
    assert describe_process("asgi")["event_loop"] == "none"


def test_versions_are_those_of_the_installed_packages_and_of_no_others(monkeypatch):
    monkeypatch.setattr("config.process.PACKAGES", ("django", "no-such-package"))
    described = describe_process("wsgi")
    assert described["django"] == importlib.metadata.version("django")
    assert "no-such-package" not in described


def test_describing_a_process_imports_no_django(example_app):
    code = "import config.process, sys; sys.exit('django' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=example_app, check=True)


def test_the_page_tells_the_interface_it_was_asked_through(get, request):
    interface = request.node.callspec.params["get"]
    described = get("/process/").json()
    assert described["interface"] == interface
    assert (described["event_loop"] == "none") == (interface == "wsgi")


@pytest.mark.parametrize(("is_shown", "count"), [(True, 1), (False, 0)])
def test_the_page_is_mounted_only_when_asked_for(settings, example_app, is_shown, count):
    settings.SHOW_PROCESS = is_shown
    urls = runpy.run_path(str(example_app / "config" / "urls.py"))
    assert [str(url.pattern) for url in urls["urlpatterns"]].count("process/") == count

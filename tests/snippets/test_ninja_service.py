"""The desk runs with the settings that put Django Ninja's views in the place of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "snippets" / "ninja_service"
SETTINGS = {
    "DATABASE_URL": "sqlite://:memory:",
    "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
    "DJANGO_INSECURE_HTTP": "1",
    "DJANGO_SECRET_KEY": "for this test alone " * 3,
    "DJANGO_SETTINGS_MODULE": "ninja_service.settings",
    "PYTHONPATH": f"{ROOT / 'snippets'}:{ROOT / 'example_app'}",
} | dict.fromkeys(("DATABASE_POOL", "DJANGO_DEBUG", "REDIS_URL"), "")

# Its words are the files that it imports by the settings.
ASK = """
import json, sys
import django
django.setup()
from django.conf import settings
from django.test import Client
from django.urls import resolve
answer = Client(headers={"host": "127.0.0.1"}).get("/health/async/")
where = resolve("/health/async/").namespaces, resolve("/health/").namespaces
files = [sys.modules[name].__file__ for name in (settings.SETTINGS_MODULE, settings.ROOT_URLCONF)]
print(json.dumps([answer.json(), *where, files == sys.argv[1:]]))
"""


@pytest.mark.runs("ninja_service/settings.py")
@pytest.mark.runs("ninja_service/urls.py")
def test_a_view_of_django_ninja_stands_in_for_one_of_the_desk_and_the_others_stay() -> None:
    command = [sys.executable, "-c", ASK, SERVICE / "settings.py", SERVICE / "urls.py"]
    done = subprocess.run(
        command,
        env=os.environ | SETTINGS,
        cwd=ROOT / "example_app",
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [{"status": "ok"}, ["api-1.0.0"], [], True]

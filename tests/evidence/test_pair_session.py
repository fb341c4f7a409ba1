"""A WSGI and an ASGI server of one project know the same sessions."""

import os
import subprocess
import sys

import httpx
import pytest

from .conftest import APP, DEPLOYED, UNSET

SET_UP = """
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
for label in ("auth", "sessions", "parcels"):
    call_command("migrate", label, verbosity=0)
User.objects.create_user("anna", password="secret")
"""


@pytest.fixture
def url(tmp_path):
    """Return the URL of a database in which somebody may log in."""
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    settings = DEPLOYED | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment = os.environ | dict.fromkeys(UNSET, "") | settings
    subprocess.run([sys.executable, "-c", SET_UP], cwd=APP, env=environment, check=True)
    return url


@pytest.mark.evidence("pair-session")
def test_who_logs_in_under_wsgi_is_logged_in_under_asgi(serve, url):
    wsgi, asgi = (serve(name, DATABASE_URL=url) for name in ("gunicorn-gthread", "uvicorn"))
    stranger = serve("uvicorn", DATABASE_URL=url, DJANGO_SECRET_KEY="another key " * 5)

    with httpx.Client() as client:  # a cookie is for a host, whatever its port
        client.get(f"{wsgi.server.url}/accounts/login/")
        who = {"username": "anna", "password": "secret"}
        token = {"csrfmiddlewaretoken": client.cookies["csrftoken"]}
        assert client.post(f"{wsgi.server.url}/accounts/login/", data=who | token).is_redirect

        statuses = [client.get(f"{s.server.url}/desk/").status_code for s in (wsgi, asgi, stranger)]

    # The key signs what a session holds: with another one nobody is logged in.
    assert statuses == [200, 200, 302]

"""Class-based views with async handlers."""

import asyncio

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.test import AsyncClient, AsyncRequestFactory, Client
from django.urls import path

CLASSES = "async_views/classes.py"


@pytest.mark.runs(CLASSES)
def test_handlers_of_both_kinds_are_refused(load):
    mixed = load("classes.py")["Mixed"]

    with pytest.raises(ImproperlyConfigured, match="must either be all sync or all async"):
        mixed.as_view()

    request = AsyncRequestFactory().get("/")
    assert mixed().get(request).content == b"how much?"
    assert asyncio.run(mixed().post(request)).status_code == 200


@pytest.mark.runs(CLASSES)
@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_async_handlers_know_the_user_and_the_session(load, settings, kind):
    settings.ROOT_URLCONF = (path("", load("classes.py")["Quote"].as_view()),)
    user = User.objects.create_user("mila")
    client = Client() if kind == "wsgi" else AsyncClient()
    sync = (lambda call: call) if kind == "wsgi" else async_to_sync

    assert sync(client.get)("/").status_code == 302

    client.force_login(user)
    assert sync(client.get)("/").content == b"How much, mila?"
    assert sync(client.post)("/").json() == {"price_cents": 510}
    assert client.session["last_price_cents"] == 510


@pytest.mark.runs(CLASSES)
@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("name", ["Guarded", "GuardedByMixin", "guarded"])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_guard_around_dispatch_fails_and_one_around_the_view_does_not(
    load, settings, caplog, name, is_known
):
    classes = load("classes.py")
    view = classes[name] if name == "guarded" else classes[name].as_view()
    settings.ROOT_URLCONF = (path("", view),)
    client = AsyncClient(raise_request_exception=False)
    if is_known:
        client.force_login(User.objects.create_user("mila"))

    answer = async_to_sync(client.get)("/")

    if name == "guarded":
        assert answer.status_code == (200 if is_known else 302)
    else:
        assert answer.status_code == 500
        error = "SynchronousOnlyOperation" if is_known else "can't be awaited"
        assert error in caplog.text

"""Whose page a cache keeps, and who is shown it."""

import runpy
from pathlib import Path

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.views.decorators.cache import cache_control, cache_page

GREETINGS = Path(__file__).parents[2] / "snippets" / "cache" / "greetings.py"
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
WHOLE_SITE = [
    "django.middleware.cache.UpdateCacheMiddleware",
    SESSIONS,
    "django.middleware.cache.FetchFromCacheMiddleware",
]


def greeting(request):
    """Greet who is logged in; nothing here says that it may be kept."""
    return HttpResponse(f"Hello, {request.session.get('name', 'stranger')}")


def own_token(request):
    """Tell who asks, by a header."""
    return HttpResponse(request.headers["Authorization"])


@cache_control(public=True)
def public_token(request):
    """Tell it, and say that anybody may keep it."""
    return HttpResponse(request.headers["Authorization"])


def log_in(request, name):
    request.session["name"] = name
    return HttpResponse()


@pytest.fixture
def greet(django_in_process):  # noqa: ARG001 - it sets up
    """Give a function that has two visitors ask for a page, and returns what they read."""
    kept = runpy.run_path(str(GREETINGS))
    pages = [cache_page(60)(own_token), cache_page(60)(public_token), greeting]
    pages += [kept["greeting_for_everybody"], kept["greeting_for_each"]]
    addresses = [path("log-in/<str:name>/", log_in), *(path(f"{p.__name__}/", p) for p in pages)]
    urlconf = type("Addresses", (), {"urlpatterns": addresses})

    def greet(view, middleware=(SESSIONS,), *, with_token=False):
        cache.clear()
        read = []
        with override_settings(
            ROOT_URLCONF=urlconf,
            MIDDLEWARE=list(middleware),
            SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        ):
            for name in ("Ada", "Grace"):
                token = {"authorization": f"Bearer {name}"} if with_token else {}
                visitor = Client(headers={"host": "127.0.0.1"} | token)
                visitor.get(f"/log-in/{name}/")
                read += [visitor.get(f"/{view}/").content.decode() for _ in range(2)]
        cache.clear()
        return read

    return greet


@pytest.mark.evidence("cache-private")
@pytest.mark.runs("cache/greetings.py")
def test_cache_page_shows_one_visitors_page_to_another(greet, record):
    read = greet("greeting_for_everybody")

    assert read == ["Hello, Ada"] * 4
    record(visitors=2, names=len(set(read)))


@pytest.mark.evidence("cache-private")
@pytest.mark.runs("cache/greetings.py")
@pytest.mark.parametrize(
    ("view", "middleware"),
    [("greeting_for_each", [SESSIONS]), ("greeting", WHOLE_SITE)],
    ids=["vary on cookie", "whole site"],
)
def test_what_says_that_it_varies_is_shown_to_nobody_else(greet, view, middleware):
    assert greet(view, middleware) == ["Hello, Ada"] * 2 + ["Hello, Grace"] * 2


@pytest.mark.evidence("cache-private")
def test_a_token_keeps_an_answer_to_itself_unless_it_says_public(greet):
    assert greet("own_token", with_token=True) == ["Bearer Ada"] * 2 + ["Bearer Grace"] * 2
    assert greet("public_token", with_token=True) == ["Bearer Ada"] * 4

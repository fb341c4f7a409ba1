import pytest
from config.tokens import token_required
from django.http import HttpResponse
from django.urls import path

KNOWN = "the-token"


@token_required
def private(_request):
    return HttpResponse("a secret")


@token_required
async def private_async(_request):
    return HttpResponse("a secret")


@pytest.fixture(autouse=True)
def _addresses(settings):
    settings.ROOT_URLCONF = (path("sync/", private), path("async/", private_async))
    settings.DESK_TOKEN = KNOWN


@pytest.fixture(params=["/sync/", "/async/"])
def page(request):
    return request.param


def test_the_token_opens_the_page(get, page):
    assert get(page, Authorization=f"Bearer {KNOWN}").content == b"a secret"


def test_the_scheme_may_be_written_in_any_case(get, page):
    assert get(page, Authorization=f"bearer {KNOWN}").status_code == 200


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic the-token", "the-token", "Bearer é"]
)
def test_anything_else_is_told_what_is_needed(get, page, header):
    answer = get(page, Authorization=header)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="desk"'
    assert b"secret" not in answer.content


def test_a_request_without_the_header_is_refused(get, page):
    assert get(page).status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer "])
def test_a_desk_without_a_token_is_closed_to_all(get, page, settings, header):
    settings.DESK_TOKEN = ""
    assert get(page, Authorization=header).status_code == 401

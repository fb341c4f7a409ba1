import pytest
from django.urls import get_resolver
from parcels.urls import urlpatterns

API = sorted(str(url.pattern) for url in urlpatterns if str(url.pattern).startswith("api/"))
PAGES = sorted(str(url.pattern) for url in urlpatterns if str(url.pattern).startswith("desk/"))


def _address(pattern):
    return "/" + pattern.replace("<slug:number>", "DX00000001")


@pytest.mark.parametrize("pattern", API)
def test_no_address_of_the_api_answers_without_the_token(get, pattern):
    assert get(_address(pattern)).status_code == 401


@pytest.mark.parametrize("pattern", PAGES)
def test_no_page_of_the_desk_opens_without_a_login(get, pattern):
    answer = get(_address(pattern))
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/accounts/login/?next={_address(pattern)}"


def test_every_address_of_the_app_is_one_or_the_other():
    assert len(API) + len(PAGES) == len(urlpatterns)
    assert get_resolver().resolve("/desk/").url_name == "desk"

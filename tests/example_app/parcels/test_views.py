import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from parcels.models import Parcel

WORD = "a-good-password"
pytestmark = pytest.mark.usefixtures("desk")


@pytest.fixture
def clerk():
    browser = Client()
    browser.force_login(User.objects.create_user("clerk", password=WORD))
    return browser


def _page(answer):
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def _numbers(page):
    return [link.text for link in page.select("tbody a")]


def test_the_front_door_leads_to_the_desk(clerk):
    assert clerk.get("/").headers["Location"] == "/desk/"


def test_a_clerk_logs_in_and_out():
    User.objects.create_user("clerk", password=WORD)
    browser = Client(enforce_csrf_checks=True)
    form = _page(browser.get("/desk/", follow=True)).form
    fields = {field["name"]: field.get("value", "") for field in form.select("input")}
    desk = browser.post(
        "/accounts/login/",
        fields | {"username": "clerk", "password": WORD},
        follow=True,
    )
    assert desk.redirect_chain == [("/desk/", 302)]
    token = _page(desk).select_one("header input")["value"]
    left = browser.post("/accounts/logout/", {"csrfmiddlewaretoken": token})
    assert left.headers["Location"] == "/accounts/login/"


def test_the_desk_shows_the_newest_parcels(clerk):
    page = _page(clerk.get("/desk/"))
    assert page.h1.text == "Newest parcels"
    assert _numbers(page) == [parcel.number for parcel in Parcel.objects.newest()]


def test_the_desk_shows_what_was_searched_for(clerk):
    page = _page(clerk.get("/desk/", {"q": " haas "}))
    assert page.h1.text == "Parcels for “haas”"
    assert _numbers(page) == [parcel.number for parcel in Parcel.objects.search("haas")]


def test_a_search_without_a_hit_says_so(clerk):
    assert "No parcel was found." in _page(clerk.get("/desk/", {"q": "nobody"})).text


def test_what_is_typed_stays_text(clerk):
    assert not _page(clerk.get("/desk/", {"q": "<script>alert(1)</script>"})).select("script")


def test_the_desk_needs_two_queries_beside_the_login(clerk):
    with CaptureQueriesContext(connection) as queries:
        clerk.get("/desk/")
    assert len([query for query in queries if "parcels_" in query["sql"]]) == 2


def test_a_parcel_shows_its_whole_history(clerk):
    parcel = Parcel.objects.filter(status=Parcel.Status.DELIVERED).first()
    page = _page(clerk.get(parcel.get_absolute_url()))
    assert page.h1.text == parcel.number
    assert len(page.select("ol li")) == parcel.events.count() == 5


def test_a_parcel_that_is_not_there_is_not_found(clerk):
    assert clerk.get("/desk/parcels/DX99999999/").status_code == 404


def test_a_page_loads_its_style_from_here_and_nothing_else(clerk):
    page = _page(clerk.get("/desk/"))
    assert [link["href"] for link in page.select("link")] == ["/static/parcels/desk.css"]
    assert finders.find("parcels/desk.css")
    assert not page.select("script, img, iframe")


@pytest.mark.parametrize("model", ["parcel", "customer", "depot"])
def test_the_admin_lists_what_the_desk_keeps(model):
    browser = Client()
    browser.force_login(User.objects.create_superuser("boss"))
    assert _page(browser.get(f"/admin/parcels/{model}/")).select("tbody tr")
    assert browser.get(f"/admin/parcels/{model}/add/").status_code == 200

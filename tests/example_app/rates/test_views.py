import threading
from dataclasses import asdict

import pytest
from rates.prices import CARRIERS, price
from rates.urls import urlpatterns

ONE = sorted(f"/rates/{url.pattern}" for url in urlpatterns if str(url.pattern).startswith("one/"))
FIVE = sorted(f"/rates/{url.pattern}" for url in urlpatterns if str(url.pattern).startswith("five"))
AT_ONCE = ["/rates/five/threads/", "/rates/five/gather/"]


@pytest.fixture(params=["sandbox", "http"])
def source(request):
    """Run the test with the sandbox and with carriers over HTTP."""
    if request.param == "http":
        request.getfixturevalue("stub")


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize("page", FIVE)
@pytest.mark.parametrize(("weight_g", "country"), [(1, "DE"), (2500, "FR"), (31_500, "DE")])
def test_all_views_of_five_carriers_give_the_prices_of_the_table(get, page, weight_g, country):
    answer = get(f"{page}?weight_g={weight_g}&country={country}")
    assert answer.json() == {
        "weight_g": weight_g,
        "country": country,
        "quotes": [asdict(price(carrier, weight_g, country)) for carrier in CARRIERS],
        "missing": [],
    }


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize("page", ONE)
@pytest.mark.parametrize("carrier", CARRIERS)
def test_all_views_of_one_carrier_give_its_price(get, page, carrier):
    answer = get(f"{page}?carrier={carrier}&weight_g=2500&country=FR").json()
    assert answer["quotes"] == [asdict(price(carrier, 2500, "FR"))]


@pytest.mark.parametrize("page", ONE)
def test_a_question_without_details_is_about_a_kilogram_by_post(get, page):
    assert get(page).json()["quotes"] == [asdict(price("postal", 1000, "DE"))]


@pytest.mark.parametrize("page", [*ONE, *FIVE])
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("weight_g=0", "weight_g"),
        ("weight_g=31501", "weight_g"),
        ("weight_g=heavy", "weight_g"),
        ("weight_g=", "weight_g"),
        ("country=Germany", "country"),
        ("country=de", "country"),
        ("carrier=pigeon", "carrier"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_before_a_carrier_is_asked(
    get, page, query, field, stub
):
    answer = get(f"{page}?{query}")
    assert answer.status_code == 400
    assert [*answer.json()["errors"]] == [field]
    assert stub.questions == []


@pytest.mark.parametrize("page", AT_ONCE)
def test_five_questions_are_on_their_way_at_once(get, page, stub):
    """No carrier answers before all five have been asked."""
    stub.meeting = threading.Barrier(len(CARRIERS), timeout=10)
    assert get(page).json()["missing"] == []
    assert stub.most_in_progress == len(CARRIERS)


@pytest.mark.parametrize("page", sorted({*FIVE} - {*AT_ONCE}))
def test_one_after_the_other_only_one_question_is_on_its_way(get, page, stub):
    get(page)
    assert stub.most_in_progress == 1
    assert [question.split("/")[2] for question in stub.questions] == [*CARRIERS]


@pytest.mark.parametrize("page", FIVE)
def test_a_silent_carrier_leaves_the_quotes_of_the_other_four(get, page, stub, settings):
    stub.silent = {"swift"}
    settings.CARRIER_TIMEOUT_S = 0.5
    answer = get(page).json()
    assert answer["missing"] == ["swift"]
    assert [quote["carrier"] for quote in answer["quotes"]] == [c for c in CARRIERS if c != "swift"]


@pytest.mark.parametrize("page", FIVE)
@pytest.mark.parametrize(
    "sickness",
    [(500, "{}"), (404, "{}"), (200, "<html>"), (200, "[]"), (200, "{}"), (200, '{"days": null}')],
)
def test_a_carrier_that_talks_nonsense_is_missing(get, page, stub, sickness):
    stub.answers = {"greenvan": sickness}
    answer = get(page)
    assert answer.status_code == 200
    assert answer.json()["missing"] == ["greenvan"]


@pytest.mark.parametrize("page", [*ONE, *FIVE])
def test_carriers_that_cannot_be_reached_are_missing(get, page, stub, settings):
    settings.CARRIERS_URL = "http://127.0.0.1:1"
    answer = get(page).json()
    assert answer["quotes"] == []
    assert answer["missing"] == (["postal"] if page in ONE else [*CARRIERS])
    assert stub.questions == []


def test_a_missing_quote_is_logged_with_its_cause(get, stub, caplog):
    stub.answers = {"postal": (503, "{}")}
    get("/rates/one/")
    assert "no quote from postal" in caplog.text
    assert "503" in caplog.text


@pytest.mark.parametrize("page", ["/rates/one/async/", "/rates/five/gather/"])
def test_an_async_view_gets_its_quotes_again_and_again(get, page, stub):
    """Under WSGI each request has a new event loop, which a shared client would not survive."""
    for _ in range(3):
        assert get(page).json()["missing"] == []
    assert len(stub.questions) == 3 * (5 if page in FIVE else 1)


def test_a_client_for_each_request_connects_for_each_request(get, stub):
    """The shared client keeps its connection, so both requests come from one port."""
    for page, connections in (("/rates/one/new-client/", 2), ("/rates/one/", 1)):
        stub.callers.clear()
        assert [get(page).json()["missing"] for _ in range(2)] == [[], []]
        assert len(set(stub.callers)) == connections


def test_the_carriers_of_the_benchmark_agree_with_the_table(get, settings, carriers):
    settings.CARRIERS_URL = carriers.url
    for page in FIVE:
        answer = get(f"{page}?weight_g=2500&country=FR").json()
        assert answer["quotes"] == [asdict(price(carrier, 2500, "FR")) for carrier in CARRIERS]

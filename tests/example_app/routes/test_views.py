import pytest
from routes.forms import USUAL_STOPS
from routes.tours import plan


@pytest.fixture(params=["/routes/plan/", "/routes/plan/async/"])
def page(request):
    return request.param


def test_a_page_gives_the_plan_of_the_day(get, page):
    assert get(page).json() == plan(USUAL_STOPS)


def test_the_number_of_stops_can_be_asked_for(get, page):
    assert get(f"{page}?stops=12").json() == plan(12)


@pytest.mark.parametrize("stops", ["2", "251", "-1", "many", "", "1e9"])
def test_a_number_of_stops_out_of_bounds_is_refused(get, page, stops):
    answer = get(f"{page}?stops={stops}")
    assert answer.status_code == 400
    assert [*answer.json()["errors"]] == ["stops"]

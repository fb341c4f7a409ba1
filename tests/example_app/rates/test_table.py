"""Who keeps the price table, for how long, and how it is thrown away."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from rates import table
from rates.prices import price

TABLE = "/rates/table/"
KEPT = "/rates/table/kept/"


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def made(monkeypatch) -> list[str]:
    """Count how often the table is made."""
    made = []
    original = table.make_table

    def counted():
        made.append("made")
        return original()

    monkeypatch.setattr(table, "make_table", counted)
    return made


@pytest.mark.parametrize("page", [TABLE, KEPT])
def test_the_table_has_the_price_of_each_weight_and_carrier(get, page):
    assert get(page).json()["swift"]["2000"] == price("swift", 2000, "DE").price_cents


def test_a_proxy_may_keep_the_table(get):
    answer = get(TABLE)

    assert set(answer["Cache-Control"].split(", ")) == {"public", "max-age=300"}


@pytest.mark.parametrize("page", [TABLE, KEPT])
def test_nothing_in_the_answer_keeps_a_proxy_from_keeping_it(get, page):
    answer = get(page)

    assert "max-age=300" in answer["Cache-Control"]
    assert "private" not in answer["Cache-Control"]
    assert "Cookie" not in answer.get("Vary", "")
    assert not answer.cookies


def test_django_makes_a_kept_page_once(get, made):
    first, again = get(KEPT), get(KEPT)

    assert first.content == again.content
    assert made == ["made"]


def test_the_proxy_has_to_keep_what_django_does_not(get, made):
    get(TABLE), get(TABLE)

    assert made == ["made", "made"]


def test_a_part_is_made_once_until_it_is_thrown_away(made):
    assert table.price_of("postal", 1000) == table.price_of("postal", 1000) == 390 + 120
    assert made == ["made"]
    table.forget_prices()
    table.price_of("swift", 500)
    assert made == ["made", "made"]

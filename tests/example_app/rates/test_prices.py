import pytest
from rates.prices import CARRIERS, Quote, price


@pytest.mark.parametrize(
    ("carrier", "cents", "days"),
    [
        ("postal", 390 + 240, 3),
        ("swift", 590 + 300, 2),
        ("northline", 450 + 270, 3),
        ("greenvan", 520 + 220, 4),
        ("overnight", 1290 + 480, 1),
    ],
)
def test_two_kilograms_cost_what_the_table_says(carrier, cents, days):
    assert price(carrier, 2000, "DE") == Quote(carrier, cents, "EUR", days)
    assert price(carrier, 2000, "FR").price_cents == cents + 900


def test_a_part_of_a_cent_is_not_charged():
    assert price("postal", 1, "DE").price_cents == 390
    assert price("postal", 1999, "DE").price_cents == 390 + 239


def test_there_are_five_carriers():
    assert CARRIERS == ("postal", "swift", "northline", "greenvan", "overnight")

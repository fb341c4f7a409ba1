"""The carriers' price table, which the sandbox answers from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quote:
    carrier: str
    price_cents: int
    currency: str
    days: int


# carrier: cents for any parcel, cents for each kilogram, days on the way
TABLE = {
    "postal": (390, 120, 3),
    "swift": (590, 150, 2),
    "northline": (450, 135, 3),
    "greenvan": (520, 110, 4),
    "overnight": (1290, 240, 1),
}
CARRIERS = tuple(TABLE)
ABROAD_CENTS = 900


def price(carrier, weight_g, country):
    """Return the carrier's quote by the table."""
    start, per_kg, days = TABLE[carrier]
    cents = start + weight_g * per_kg // 1000
    if country != "DE":
        cents += ABROAD_CENTS
    return Quote(carrier, cents, "EUR", days)

"""The price table as a page of the shop shows it: the same for everybody, so it is cached."""

from django.core.cache import cache
from django.http import JsonResponse
from django.views.decorators.cache import cache_control, cache_page

from rates.prices import CARRIERS, price

WEIGHTS_G = (500, 1000, 2000, 5000, 10_000, 20_000, 31_500)


def make_table():
    """Return what each carrier takes for each weight. Imagine this to be dear."""
    return {
        carrier: {weight: price(carrier, weight, "DE").price_cents for weight in WEIGHTS_G}
        for carrier in CARRIERS
    }


# --8<-- [start:in-the-proxy]
@cache_control(public=True, max_age=300)
def price_table(_request):
    """Let the proxy and the browser keep the answer for five minutes."""
    return JsonResponse(make_table())


# --8<-- [end:in-the-proxy]


# --8<-- [start:in-django]
@cache_page(300)
def price_table_kept(_request):
    """Keep the answer in Django's cache, and tell proxy and browser to do the same."""
    return JsonResponse(make_table())


# --8<-- [end:in-django]


# --8<-- [start:a-part]
def price_of(carrier, weight_g):
    """Return a price in cents, with the table kept under a key of its own."""
    # The key names all that the table depends on. When its form changes, so must the key.
    table = cache.get_or_set("price-table:DE:1", make_table, timeout=300)
    return table[carrier][weight_g]


def forget_prices():
    """Throw the table away, when somebody has changed a price."""
    cache.delete("price-table:DE:1")


# --8<-- [end:a-part]

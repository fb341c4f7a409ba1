"""What the guide's page weighs on a first visit, before a reader has asked for anything."""

import gzip
from collections.abc import Callable

from playwright.sync_api import Browser, Response, expect

MOST_BYTES = 100_000
DEADLINE_MS = 20_000
TEXT = ("text/", "application/json", "application/javascript", "application/xml", "image/svg+xml")


def _transferred(response: Response) -> int:
    """Return the size that a host sends: text is packed, all else as it is."""
    body = response.body()
    is_text = response.all_headers()["content-type"].startswith(TEXT)
    return len(gzip.compress(body, 9)) if is_text else len(body)


def test_the_guide_weighs_at_most_100_kb_and_loads_no_search(
    browser: Browser, address: str, record_property: Callable[[str, object], None]
) -> None:
    context = browser.new_context()
    responses: list[Response] = []
    context.on("response", lambda response: responses.append(response))  # noqa: PLW0108 - no builtin
    context.new_page().goto(f"{address}decide/", wait_until="networkidle")

    sizes = {one.url.removeprefix(address): _transferred(one) for one in responses}
    context.close()

    total = sum(sizes.values())
    said = ", ".join(f"{name} {size}" for name, size in sizes.items())
    record_property("summary", f"the guide weighs {total} bytes in gzip: {said}")
    assert [name for name in sizes if "search_index" in name or "workers/" in name] == []
    assert "assets/search-later.js" in sizes
    assert total <= MOST_BYTES, said


def test_the_outline_waits_for_the_script_and_appears_without_it(
    browser: Browser, address: str
) -> None:
    page = browser.new_page()
    page.route("**/guide.js", lambda route: route.abort())

    page.goto(f"{address}decide/", wait_until="domcontentloaded")

    titles = page.locator(".cr-place .cr-card__title")
    # Phones lay out one card and not all; laid out is what has a box.
    assert titles.evaluate_all("(all) => all.filter((one) => one.offsetParent).length") == 1
    expect(titles.first).to_be_visible()
    expect(titles.last).to_be_visible(timeout=DEADLINE_MS)
    page.close()

import pytest

from crossroads.decisions.render.inline import address, linked, permalink, plain

SITE = "https://example.org/crossroads/"


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("threads.md", "decide/threads/"),
        ("threads.md#the-recipe", "decide/threads/#the-recipe"),
        ("index.md", "decide/"),
        ("../index.md", ""),
        ("../evidence/index.md#wait-n.async", "evidence/#wait-n.async"),
        ("../evidence/waiting.py", "evidence/waiting/"),
        ("../wsgi/card-index.md", "wsgi/card-index/"),
    ],
)
@pytest.mark.parametrize("base", [SITE, SITE.rstrip("/")])
def test_a_link_leads_to_where_mkdocs_puts_the_page(target: str, found: str, base: str) -> None:
    assert address(target, base) == SITE + found


def test_links_become_their_text() -> None:
    text = "It costs [4.2×](../evidence/index.md#asgi-alone) and [`-k x[0]`](threads.md) more."

    assert plain(text) == "It costs 4.2× and `-k x[0]` more."
    assert linked(text, "") == plain(text)


def test_links_become_addresses_where_the_site_has_one() -> None:
    assert linked("See [`-k`](threads.md).", SITE) == f"See [`-k`]({SITE}decide/threads/)."


def test_a_link_to_another_site_stays() -> None:
    text = "See [PEP 779](https://peps.python.org/pep-0779/)."

    assert linked(text, "") == linked(text, SITE) == text


def test_what_looks_like_a_link_in_code_stays() -> None:
    text = "Call `handlers[name](request)` or ``a ` [b](c)``, then [go](threads.md)."

    assert plain(text) == "Call `handlers[name](request)` or ``a ` [b](c)``, then go."


def test_brackets_alone_are_no_link() -> None:
    assert plain("`ps | grep '[g]unicorn'` and [sic] (so)") == (
        "`ps | grep '[g]unicorn'` and [sic] (so)"
    )


def test_a_permalink_holds_the_answers() -> None:
    assert permalink("slow,load", SITE) == f"{SITE}decide/#slow,load"
    assert permalink("slow,load", "") == "/decide/#slow,load"

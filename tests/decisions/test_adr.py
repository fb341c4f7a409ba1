from dataclasses import replace
from datetime import date

import pytest

from crossroads.decisions.model import Advice, Tree
from crossroads.decisions.render.adr import (
    DATE,
    FACTS,
    PATH,
    PERMALINK,
    NoDecisionError,
    adr,
    adr_template,
    facts,
)
from crossroads.decisions.render.sources import Sources
from crossroads.decisions.walk import walk, walks

DAY = date(2026, 11, 21)
ANSWERS = ["order", "slow-view", "wait"]
RECORD = """\
# Threads, a bounded number

- Status: proposed
- Date: 2026-11-21

## Context

- What brings you here? **I was told to switch: ASGI**
- Does a view stream? **No, but something is slow**
- Do the workers wait or compute? **They wait, below 60 % of a core**

## Decision

Run it with `--threads`.

It costs [4.2×](https://example.org/crossroads/evidence/#asgi-alone.cpu) less than [the \
alternative](https://example.org/crossroads/decide/threads/#the-recipe), which \
[others](https://example.com/a) like.

First step: Change one line.

## Evidence

- ASGI costs more. **holds, 4.2×** \
([asgi-alone](https://example.org/crossroads/evidence/#asgi-alone))
- One wait is one wait. **not measured here** \
([wait-1](https://example.org/crossroads/evidence/#wait-1))

## Consequences

What it costs:

- memory for each worker

What would change this decision:

- the cores are full: [More processes](https://example.org/crossroads/decide/more-processes/)
- the work can be done later

## Alternatives rejected

- **ASGI**: it costs more CPU. \
([asgi-alone](https://example.org/crossroads/evidence/#asgi-alone): holds)
- **[A longer time-out](https://example.org/crossroads/decide/options/#longer-time-out)**: \
it holds them for longer.

## Where this comes from

- The advice with its recipe: \
[Threads, a bounded number](https://example.org/crossroads/decide/threads/)
- This walk on the site: https://example.org/crossroads/decide/#order,slow-view,wait
- This walk in the terminal: `crossroads decide --answers order,slow-view,wait`
- Versions: django 6.1.3, gunicorn 26.0.0
"""


def test_a_record_holds_the_facts_the_decision_its_price_and_its_evidence(
    tree: Tree, sources: Sources
) -> None:
    assert adr(walk(tree, ANSWERS), sources, DAY) == RECORD


def test_filling_the_tokens_of_the_template_gives_the_record(tree: Tree, sources: Sources) -> None:
    walked = walk(tree, ANSWERS)
    record = adr_template(tree.advice["threads"], sources)
    for token, text in (
        (DATE, "2026-11-21"),
        (FACTS, facts(walked.steps)),
        (PATH, walked.path),
        (PERMALINK, f"{sources.base_url}decide/#{walked.path}"),
    ):
        assert token in record
        record = record.replace(token, text)

    assert record == adr(walked, sources, DAY)


def test_a_record_leaves_no_token_and_no_link_that_only_works_on_the_site(
    tree: Tree, sources: Sources
) -> None:
    for base_url in ("", sources.base_url):
        for walked in walks(tree):
            if isinstance(walked.at, Advice):
                record = adr(walked, replace(sources, base_url=base_url), DAY)
                assert "{{" not in record
                assert ".md" not in record


def test_without_an_address_of_the_site_links_are_text(tree: Tree, sources: Sources) -> None:
    record = adr(walk(tree, ANSWERS), replace(sources, base_url="", versions={}), DAY)

    assert (
        "It costs 4.2× less than the alternative, which [others](https://example.com/a)" in record
    )
    assert "(asgi-alone)" in record
    assert "This walk on the site: /decide/#order,slow-view,wait" in record
    assert "Versions" not in record


def test_what_would_change_an_advice_to_a_question_names_the_question(
    tree: Tree, sources: Sources
) -> None:
    record = adr_template(tree.advice["more-processes"], sources)

    assert "- the cores are full: Do the workers wait or compute?\n" in record


@pytest.mark.parametrize("answers", [[], ["slow"]])
def test_without_an_advice_there_is_nothing_to_record(
    tree: Tree, sources: Sources, answers: list[str]
) -> None:
    with pytest.raises(NoDecisionError, match="no decision to record"):
        adr(walk(tree, answers), sources, DAY)

"""The guide as HTML: an outline that reads and leads on without a script."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from json import loads
from pathlib import Path
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup, Tag

from crossroads.decisions.model import Advice, Answer, Change, Question, Tree, Unsure
from crossroads.decisions.read import read_tree
from crossroads.decisions.render.inline import plain
from crossroads.decisions.walk import walk, walks
from crossroads.site.guide import advice_html, guide_html
from crossroads.site.guide.advice import page_html
from crossroads.site.guide.places import outline
from crossroads.site.guide.questions import places_html
from crossroads.site.guide.writer import Writer

ROOT = Path(__file__).parents[2]
TREE = read_tree(ROOT / "docs" / "decide")
HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]

every_advice = pytest.mark.parametrize("advice", TREE.advice.values(), ids=list(TREE.advice))


@pytest.fixture(scope="module")
def guide() -> BeautifulSoup:
    return BeautifulSoup(guide_html(ROOT), "html.parser")


def _attribute(element: Tag, name: str) -> str:
    return str(element[name])


def _card(guide: BeautifulSoup, name: str) -> Tag:
    card = guide.select_one(f'[data-card="{name}"]')
    assert card is not None
    return card


def _words(element: Tag) -> str:
    return " ".join(element.get_text(" ", strip=True).split())


def _is_page(link: str, page: str) -> bool:
    """Return whether a link on a page, given by its address, leads to a source file of docs/."""
    path = urljoin(page, link).partition("#")[0].strip("/")
    sources = (f"{path}/index.md", f"{path}.md", f"{path}.py")
    return any((ROOT / "docs" / source).is_file() for source in sources)


def test_every_question_and_advice_is_there_once(guide: BeautifulSoup) -> None:
    cards = [_attribute(card, "data-card") for card in guide.select("[data-card]")]

    assert sorted(cards) == sorted((*TREE.questions, *TREE.advice))


@pytest.mark.parametrize("question", TREE.questions.values(), ids=list(TREE.questions))
def test_a_question_comes_with_its_reason_its_answers_and_how_to_find_out(
    guide: BeautifulSoup, question: Question
) -> None:
    card = _card(guide, question.id)

    links = card.select(".cr-answers a.cr-answer")
    assert [_attribute(link, "data-answer") for link in links] == [a.id for a in question.answers]
    commands = [pre.get_text() for pre in card.select("pre")]
    assert commands == [way.run for way in question.find_out if way.run]
    assert card.select_one(".cr-why") is not None
    assert len(card.select(".cr-find__ways > li")) == len(question.find_out)


@pytest.mark.parametrize("question", TREE.questions.values(), ids=list(TREE.questions))
def test_where_the_answer_cannot_be_found_out_a_question_goes_on_with_the_safe_one(
    guide: BeautifulSoup, question: Question
) -> None:
    [unsure] = _card(guide, question.id).select(".cr-find .cr-unsure")
    [link] = unsure.select("a.cr-answer")
    [answer] = [one for one in question.answers if one.id == question.unsure.take]

    assert link["data-answer"] == f"{answer.id}~"
    assert link["data-next"] == answer.next
    listed = _card(guide, question.id).select(f'.cr-answers [data-answer="{answer.id}"]')
    assert link["href"] == listed[0]["href"]
    assert _words(link) == _words(listed[0])
    assert plain(question.unsure.because).replace("`", "") in unsure.get_text()


def test_every_answer_leads_to_a_place_on_the_page_or_to_the_page_of_an_advice(
    guide: BeautifulSoup,
) -> None:
    anchors = {_attribute(element, "id") for element in guide.select("[id]")}
    links = [_attribute(link, "href") for link in guide.select("a.cr-answer")]

    here = {link[1:] for link in links if link.startswith("#")}
    away = [link for link in links if not link.startswith("#")]
    assert here <= anchors
    assert [link for link in away if not _is_page(link, "/decide/")] == []
    assert away


def test_the_anchor_of_a_question_is_a_path_that_leads_to_it(guide: BeautifulSoup) -> None:
    titles = guide.select(".cr-place > [data-card] > .cr-card__title")
    first, *others = [
        (_attribute(title, "id"), _attribute(title.parent or title, "data-card"))
        for title in titles
    ]

    assert first == ("guide", TREE.root)
    for anchor, name in others:
        at = walk(TREE, anchor.split(",")).at
        assert isinstance(at, Question)
        assert at.id == name


def test_every_first_answer_of_a_walk_is_an_anchor(guide: BeautifulSoup) -> None:
    anchors = {_attribute(element, "id") for element in guide.select("[id]")}

    assert {answer.id for answer in TREE.questions[TREE.root].answers} <= anchors


def test_no_anchor_is_there_twice(guide: BeautifulSoup) -> None:
    anchors = [_attribute(element, "id") for element in guide.select("[id]")]

    assert len(anchors) == len(set(anchors))


def test_no_link_is_inside_a_link(guide: BeautifulSoup) -> None:
    assert guide.select("a a") == []


def test_the_headings_skip_no_level(guide: BeautifulSoup) -> None:
    levels = [1, *(int(heading.name[1]) for heading in guide.find_all(HEADINGS))]

    assert all(after <= before + 1 for before, after in pairwise(levels))


def _small_tree() -> Tree:
    """Return two questions; both answers of the first, and one of the second, are alike."""
    to_more = Answer(id="yes", say="Yes", next="more")
    linked = Answer(id="no", say="No, [see](../evidence/index.md)", next="more")
    end = Answer(id="end", say="Enough", next="threads")

    def question(name: str, *answers: Answer) -> Question:
        unsure = Unsure(take=answers[0].id, because="it is safe.")
        texts = {"topic": name, "ask": f"{name}?", "why": "It matters."}
        return Question(id=name, **texts, find_out=(), answers=answers, unsure=unsure)

    questions = {"first": question("first", to_more, linked), "more": question("more", end)}
    advice = {"threads": TREE.advice["threads"]}
    return Tree(
        root="first", questions=questions, advice=advice, non_choices={}, options=(), moved={}
    )


@pytest.fixture(scope="module")
def small() -> BeautifulSoup:
    tree = _small_tree()
    writer = Writer(tree=tree, outline=outline(tree), root=ROOT, page="decide/index.md")
    return BeautifulSoup(places_html(writer.outline.top, writer), "html.parser")


def test_a_question_that_is_come_to_again_is_linked_to_its_first_place(
    small: BeautifulSoup,
) -> None:
    assert {link["href"] for link in small.select('a[data-next="more"]')} == {"#yes"}
    assert len(small.select('[data-card="more"]')) == 1


def test_an_answer_s_link_is_text_since_the_answer_is_a_link_itself(small: BeautifulSoup) -> None:
    assert "No, see" in _words(small.select('a[data-answer="no"]')[0])
    assert small.select("a a") == []


def test_links_that_moved_are_in_the_page_for_the_script(guide: BeautifulSoup) -> None:
    [root] = guide.select(".cr-guide")

    assert loads(_attribute(root, "data-moved")) == TREE.moved
    assert root["data-root"] == TREE.root


def _advice_page(advice: Advice) -> BeautifulSoup:
    return BeautifulSoup(advice_html(ROOT, advice.id), "html.parser")


def _parts(page: BeautifulSoup) -> Iterator[tuple[str, int]]:
    for section in page.select("section"):
        heading = section.find("h2")
        yield str(heading and heading.get_text()), len(section.select(":is(ul, dl) > :is(li, dt)"))


@every_advice
def test_an_advice_s_page_says_all_of_the_advice(advice: Advice) -> None:
    page = _advice_page(advice)

    assert [heading.get_text() for heading in page.select("h1")] == [advice.title]
    assert len(page.select(".cr-advice__recommend, .cr-advice__now p")) == 3
    assert dict(_parts(page)) == {
        "Evidence": len(advice.evidence),
        "What would change this": len(advice.changes),
        "What it costs": len(advice.costs),
        "Turned down, and why": len(advice.rejected),
        "For example (an invented case)": 0,
    }


@every_advice
def test_an_advice_s_page_names_what_a_reader_may_have_met_as_it_is_written_there(
    advice: Advice,
) -> None:
    [symptoms] = _advice_page(advice).select(".cr-symptoms ul")

    assert [item.get_text() for item in symptoms.select("li")] == list(advice.symptoms)
    label = _advice_page(advice).select_one(f'[id="{symptoms["aria-labelledby"]}"]')
    assert label is not None
    assert _words(label) == "You may have met"


@every_advice
def test_an_advice_s_links_lead_to_pages_that_exist(advice: Advice) -> None:
    everywhere = [_attribute(link, "href") for link in _advice_page(advice).select("a")]
    links = [link for link in everywhere if "://" not in link]

    assert [link for link in links if not _is_page(link, f"/decide/{advice.id}/")] == []


@every_advice
def test_an_advice_s_page_links_to_a_walk_that_ends_there(advice: Advice) -> None:
    link = _advice_page(advice).select(".cr-advice__way a")[0]

    address, _, path = _attribute(link, "href").partition("#")
    assert address == "../"
    assert walk(TREE, path.split(",")).at == advice


@every_advice
def test_what_would_change_an_advice_leads_into_the_guide_or_to_other_advice(
    advice: Advice,
) -> None:
    page = _advice_page(advice)

    heading = page.find("h2", string="What would change this")
    assert heading is not None
    items = heading.find_next_siblings("ul")[0].select(":scope > li")
    for item, change in zip(items, advice.changes, strict=True):
        if change.to in TREE.advice:
            assert item.select(f'a[href="../{change.to}/"]')
        elif change.to:
            path = _attribute(item.select('a[href^="../#"]')[-1], "href").partition("#")[2]
            assert path == "guide" or walk(TREE, path.split(",")).at == TREE.questions[change.to]


@pytest.mark.parametrize("versions", ["", "django 6.1.3, celery 5.7.0"])
def test_a_change_without_a_place_in_the_guide_and_versions_are_said_as_they_are(
    versions: str,
) -> None:
    change = Change(when="`the moon` is full", to="")
    advice = replace(TREE.advice["threads"], changes=(change,))
    writer = Writer(tree=TREE, outline=outline(TREE), root=ROOT, page="decide/threads.md")
    page = BeautifulSoup(page_html(advice, writer, "# Record", versions), "html.parser")

    heading = page.find("h2", string="What would change this")
    assert heading is not None
    [item] = heading.find_next_siblings("ul")[0].select(":scope > li")
    assert item.decode_contents() == "<code>the moon</code> is full"
    said = [line.get_text() for line in page.select(".cr-versions")]
    assert said == ([f"Versions: {versions}"] if versions else [])


def test_the_walks_are_as_many_as_the_ways_through_the_outline(guide: BeautifulSoup) -> None:
    cards = {_attribute(card, "data-card"): card for card in guide.select("[data-card]")}

    def ways(name: str) -> int:
        links = cards[name].select(".cr-answers a.cr-answer")
        nexts = [_attribute(link, "data-next") for link in links]
        return sum(map(ways, nexts)) if nexts else 1

    assert ways(TREE.root) == len(list(walks(TREE)))

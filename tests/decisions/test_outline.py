import re

import pytest
from bs4 import BeautifulSoup
from markdown import markdown

from crossroads.decisions.model import Tree
from crossroads.decisions.render.outline import outline
from crossroads.decisions.walk import walks


@pytest.fixture
def page(tree: Tree) -> BeautifulSoup:
    """Return the outline as the site renders Markdown."""
    html = markdown(outline(tree), extensions=["attr_list"])
    return BeautifulSoup(html, "html.parser")


def test_each_question_stands_there_once(tree: Tree, page: BeautifulSoup) -> None:
    titles = [strong.get_text() for strong in page.find_all("strong")]

    assert sorted(titles) == sorted(question.ask for question in tree.questions.values())


def test_a_later_occurrence_links_to_the_first(tree: Tree, page: BeautifulSoup) -> None:
    links = [str(link["href"]) for link in page.find_all("a") if str(link["href"])[0] == "#"]

    assert links == ["#question-waits"]
    for link in links:
        (first,) = page.select(link)
        assert first.get_text() == tree.questions["waits"].ask


def test_a_question_is_nested_below_the_answer_that_leads_to_it(page: BeautifulSoup) -> None:
    (first,) = page.select("#question-waits")

    _, answer, start = first.find_parents("li")

    assert answer.get_text().startswith("Something is slow → the next question:")
    assert start.get_text().startswith("What brings you here?")


def test_every_way_to_find_out_is_there_with_its_command(tree: Tree, page: BeautifulSoup) -> None:
    commands = [code.get_text() for code in page.find_all("code")]

    for question in tree.questions.values():
        for way in question.find_out:
            assert not way.run or way.run in commands


def test_every_end_of_a_walk_is_there(tree: Tree, page: BeautifulSoup) -> None:
    links = {str(link["href"]) for link in page.find_all("a")}
    is_open = sum(not answer.next for q in tree.questions.values() for answer in q.answers)

    for walked in walks(tree):
        assert walked.at is None or f"{walked.at.id}.md" in links
    assert len(re.findall("the guide does not go on here yet", page.get_text())) == is_open

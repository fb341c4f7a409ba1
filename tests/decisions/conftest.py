"""A small guide, as files: three questions, three advice, a non-choice and a redirect."""

from pathlib import Path

import pytest

from crossroads.decisions.model import Tree
from crossroads.decisions.read import read_tree
from crossroads.decisions.render.evidence import EvidenceLine
from crossroads.decisions.render.sources import Sources

TREE = """\
# Questions of a small guide.
root: start

questions:
  start:
    topic: Where to begin
    ask: What brings you here?
    why: The same project gets different answers for different reasons.
    find_out:
      - how: Name the view
        read: no view to name means that nothing is slow.
    answers:
      - id: slow
        say: Something is slow
        next: waits
      - id: order
        say: "I was told to switch: ASGI"
        next: streams
      - id: push
        say: The server must push
        next: threads
    unsure:
      take: slow
      because: what follows asks whether anything is.

  streams:
    topic: Streams
    ask: Does a view stream?
    why: Without a stream, ASGI adds a hop and takes a bound away.
    find_out:
      - how: Search for it
        run: grep -rnE '[a-z](async)|`stream`' --include='*.py' .
        read: nothing means no.
    answers:
      - id: nothing
        say: "No"
        next: stay-on-wsgi
      - id: slow-view
        say: No, but something is slow
        next: waits
      - id: stream
        say: "Yes: `text/event-stream`"
        next: threads
    unsure:
      take: nothing
      because: without a stream nothing is served better.

  waits:
    topic: Waits
    ask: Do the workers wait or compute?
    why: Threads help waiting, and nothing else.
    find_out:
      - how: Where they stand
        run: py-spy dump --pid PID
        read: a socket at the top means that they wait.
    answers:
      - id: wait
        say: They wait, below [60 %](../evidence/rules.md#core-free) of a core
        next: threads
      - id: compute
        say: They compute
        next: more-processes
    unsure:
      take: wait
      because: threads harm nothing.

non_choices:
  longer-time-out:
    option: A longer time-out
    because: the worker is held for longer.
    evidence: [wait-1]
    see: threads

options:
  WSGI with threads: [threads, longer-time-out]
  More workers: [more-processes]
  ASGI alone: [stay-on-wsgi]

moved:
  asgi: order
"""

PAGE = """\
---
title: {title}
description: For search engines.
kind: {kind}
recommend: Run it with `{option}`.
why: >-
  It costs [4.2×](../evidence/index.md#asgi-alone.cpu) less than [the
  alternative](threads.md#the-recipe), which [others](https://example.com/a) like.
first: Change one line.
evidence: [asgi-alone, wait-1]
symptoms: [502 Bad Gateway, "WORKER TIMEOUT (pid:7)"]
changes:
  - when: the cores are full
    to: {to}
  - when: the work can be done later
costs:
  - memory for each worker
rejected:
  - option: ASGI
    because: it costs more CPU.
    evidence: asgi-alone
  - option: "[A longer time-out](options.md#longer-time-out)"
    because: it holds them for longer.
example: >-
  A travel agency waited for payments. It changed one line. Nobody noticed.
hide:
  - toc
tags: [threads]
---

## The recipe
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with a small guide in docs/decide."""
    (tmp_path / "mkdocs.yml").write_text("site_name: test\n")
    (tmp_path / "requirements.txt").write_text("")
    folder = tmp_path / "docs" / "decide"
    folder.mkdir(parents=True)
    (folder / "tree.yml").write_text(TREE)
    (folder / "index.md").write_text("# Decide\n")
    for name, title, kind, to in (
        ("threads", "Threads, a bounded number", "do", "more-processes"),
        ("more-processes", "More processes", "do", "waits"),
        ("stay-on-wsgi", "Do not switch", "avoid", "streams"),
    ):
        page = PAGE.format(title=title, kind=kind, to=to, option=f"--{name}")
        (folder / f"{name}.md").write_text(page)
    return tmp_path


@pytest.fixture
def guide(project: Path) -> Path:
    """Return the folder of the small guide."""
    return project / "docs" / "decide"


@pytest.fixture
def tree(guide: Path) -> Tree:
    """Return the small guide."""
    return read_tree(guide)


@pytest.fixture
def sources(tree: Tree) -> Sources:
    """Return what texts of the small guide are written from."""
    lines = (
        EvidenceLine(id="asgi-alone", claim="ASGI costs more.", state="holds", value="4.2×"),
        EvidenceLine(id="wait-1", claim="One wait is one wait.", state="not measured here"),
    )
    return Sources(
        tree=tree,
        evidence={line.id: line for line in lines},
        versions={"django": "6.1.3", "gunicorn": "26.0.0"},
        base_url="https://example.org/crossroads/",
    )

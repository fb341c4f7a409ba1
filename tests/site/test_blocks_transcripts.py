"""Transcripts are replayed, compared by their shape and rewritten in place."""

from pathlib import Path

import pytest

from crossroads.errors import CrossroadsError
from crossroads.site.blocks.transcripts import (
    RULES,
    normalize,
    parse,
    refresh_transcripts,
    replay,
    replayed,
)

SAME = {
    "dates": ("2026-11-21", "2027-01-02"),
    "times of day": ("at 10:31:02.5Z", "at 23:59:00"),
    "durations": ("took 0.31 s and 12ms", "took 9 s and 3ms"),
    "process ids": ("pid 17, process=4711", "pid 4711, process=17"),
    "ports": ("127.0.0.1:41234 localhost:80", "127.0.0.1:9 localhost:8000"),
    "versions": ("Django 6.1.3 and v2.0.0rc1", "Django 6.1.10 and v2.0.1"),
    "hashes": ("commit 9e87f87", "commit 03cd719"),
    "addresses of objects": ("at 0x7f2cc56b6770", "at 0x7f2cc56af480"),
    "folders": ("/srv/a/django-crossroads/x", "~/django-crossroads/x"),
}


@pytest.mark.parametrize("rule", RULES)
def test_what_may_differ_is_compared_by_its_shape(rule: str) -> None:
    one, other = SAME[rule]

    assert normalize(one) == normalize(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 threads", "13 threads"),
        ("200 OK", "500 OK"),
        ("0 errors", "1 errors"),
        ("deadbeef", "cafebabe"),
        ("127.0.0.1", "127.0.0.2"),
        ("a 3.5× gain", "a 2.5× gain"),
    ],
)
def test_figures_and_words_are_compared_as_they_are(one: str, other: str) -> None:
    assert normalize(one) != normalize(other)


def test_a_transcript_may_hold_several_commands() -> None:
    found = parse("$ echo a\na\n\n$ true\n$ echo b\nb\n")

    assert [(e.command, e.output) for e in found] == [
        ("echo a", "a"),
        ("true", ""),
        ("echo b", "b"),
    ]


def test_a_command_runs_in_the_projects_folder_with_its_tools_first(tmp_path: Path) -> None:
    (tmp_path / "here").touch()

    assert replay("ls; command -v python | sed 's/.*venv//'; pwd", tmp_path).splitlines() == [
        "here",
        "/bin/python",
        "~/django-crossroads",
    ]


def test_errors_are_part_of_the_output(tmp_path: Path) -> None:
    assert replay("echo out; echo err >&2", tmp_path) == "out\nerr"


@pytest.mark.parametrize(
    ("command", "says"),
    [("exit 3", "ends with exit code 3"), ("exec sleep 60", "does not end within 0.2 s")],
)
def test_a_command_must_end_well_and_by_itself(tmp_path: Path, command: str, says: str) -> None:
    with pytest.raises(CrossroadsError, match=says):
        replay(command, tmp_path, timeout_s=0.2)


def test_a_transcript_that_differs_in_details_only_stays_as_it_is(tmp_path: Path) -> None:
    assert replayed("$ echo took 3 s\ntook 9 s\n", tmp_path) == "$ echo took 3 s\ntook 9 s"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    config = "site_name: A\nmarkdown_extensions: [admonition, pymdownx.superfences]\n"
    (tmp_path / "mkdocs.yml").write_text(config, encoding="utf-8")
    (tmp_path / "docs").mkdir()
    return tmp_path


def test_stale_outputs_are_rewritten_where_they_stand(project: Path) -> None:
    page = project / "docs" / "index.md"
    stale = """\
---
title: A
---
# A

```console
$ echo one
stale
$ printf '1\\n2\\n'
```

!!! note

    ```console
    $ echo two \\
        three
    stale
    too
    ```

> ```console
> $ echo four
> ```

```console
$ echo took 2 s
took 1 s
```
"""
    page.write_text(stale, encoding="utf-8")

    changed = refresh_transcripts(project)

    fresh = stale.replace("stale\n$ printf '1\\n2\\n'", "one\n$ printf '1\\n2\\n'\n1\n2")
    fresh = fresh.replace("    stale\n    too", "    two three").replace("four\n", "four\n> four\n")
    assert changed == [Path("docs/index.md")]
    assert page.read_text(encoding="utf-8") == fresh
    assert refresh_transcripts(project) == []

"""One page for each way to show code that nothing tests; the account must name each."""

import re
from collections.abc import Callable, Collection
from pathlib import Path

import pytest
from pytest_examples import find_examples

from crossroads.site.blocks import Account, Kind, read_account
from crossroads.site.blocks.judge import code

CONFIG = """\
site_name: Traps
plugins:
  - mkdocs-jupyter:
      include: ["docs/*.py", "docs/*.ipynb"]
      execute: true
      allow_errors: false
      cache: false
markdown_extensions:
  - admonition
  - attr_list
  - def_list
  - footnotes
  - md_in_html
  - tables
  - pymdownx.details
  - pymdownx.highlight
  - pymdownx.inlinehilite
  - pymdownx.snippets: {base_path: ["."], check_paths: true}
  - pymdownx.superfences
  - pymdownx.tabbed: {alternate_style: true}
"""
NOTEBOOK = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

"""

type Site = Callable[..., Account]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Return the account of a site with the given files; a key without a folder is in docs/."""
    shown = "# --8<-- [start:command]\nexec true\n# --8<-- [end:command]\n"
    numbers = "# --8<-- [start:one]\nONE = 1\n# --8<-- [end:one]\n# --8<-- [start:open]\nTWO = 2\n"
    files = {
        "mkdocs.yml": CONFIG,
        "snippets/run.sh": shown,
        "snippets/unrun.sh": shown,
        "example_app/numbers.py": numbers,
        "example_app/nested.py": (
            "# --8<-- [start:all]\n--8<-- 'snippets/unrun.sh'\n# --8<-- [end:all]\n"
        ),
        "example_app/page.html": "<!-- --8<-- [start:a] -->\n<p>\n<!-- --8<-- [end:a] -->\n",
        "elsewhere/run.sh": shown,
        "overrides/main.html": "",
    }

    def build(text: str = "", *, run_files: Collection[str] = ("run.sh",), **more: str) -> Account:
        for name, content in (files | {"docs/page.md": text} | more).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(content, encoding="utf-8")
        collected = {code(example.source) for example in find_examples(tmp_path / "docs")}
        return read_account(tmp_path, collected=collected, run_files=run_files)

    return build


TRAPS = {
    # name: (page, line, what the message says)
    "bash": ("```bash\nls\n```", 2, "nothing runs this block of bash"),
    "text": ("```text\nls\n```", 2, "nothing runs this block of text"),
    "json": ("```json\n{}\n```", 2, "nothing runs this block of json"),
    "toml": ("```toml\na = 1\n```", 2, "nothing runs this block of toml"),
    "mermaid by hand": ("```mermaid\ngraph LR\n```", 2, "nothing runs this block of mermaid"),
    "no language": ("```\nls\n```", 2, "without a language"),
    "pycon": ("```pycon\n>>> 1\n1\n```", 2, "nothing runs this block of pycon"),
    "pytb": ("```pytb\nTraceback\n```", 2, "nothing runs this block of pytb"),
    "console without a command": ("```console\nls\n```", 2, "does not start with its command"),
    "bash session as console": ("```console\n# ls\n```", 2, "does not start with its command"),
    "upper case": ("```Python\nx = 1\n```", 2, "write ```python"),
    "braces": ("``` { .py .annotate }\nx = 1\n```", 2, "does not collect"),
    "tildes": ("~~~python\nx = 1\n~~~", 2, "does not collect"),
    "four backticks": ("````python\nx = 1\n````", 2, "does not collect"),
    "python in a quote": ("> ```python\n> x = 1\n> ```", 2, "does not collect"),
    "bash in a quote": ("> ```bash\n> ls\n> ```", 2, "nothing runs this block of bash"),
    "admonition": ("!!! note\n\n    ```bash\n    ls\n    ```", 4, "block of bash"),
    "details": ("??? note\n\n    ```bash\n    ls\n    ```", 4, "block of bash"),
    "tab": ('=== "x"\n\n    ```bash\n    ls\n    ```', 4, "block of bash"),
    "tab in a tab": (
        '=== "x"\n\n    === "y"\n\n        ```bash\n        ls\n        ```',
        6,
        "block of bash",
    ),
    "list": ("1. one\n\n    ```bash\n    ls\n    ```", 4, "block of bash"),
    "list in a list": ("- a\n\n    - b\n\n        ```bash\n        ls\n        ```", 6, "bash"),
    "definition": ("Term\n\n:   Text\n\n    ```bash\n    ls\n    ```", 6, "block of bash"),
    "footnote": ("Text[^1]\n\n[^1]:\n    Note\n\n    ```bash\n    ls\n    ```", 7, "bash"),
    "fence on the line of a list": ("- ```bash\n  ls\n  ```", 1, "does not show as a block"),
    "fence that does not close": ("```bash\nls\n", 1, "does not show as a block"),
    "fence closed by too few": ("````bash\nls\n```\n", 1, "does not show as a block"),
    "tilde closed by backticks": ("~~~bash\nls\n```\n", 1, "does not show as a block"),
    "a bad option": ("```bash hl_lines=what\nls\n```", 1, "does not show as a block"),
    "indented": ("Text\n\n    ls -l\n\nText", 3, "without a language"),
    "indented python": ("Text\n\n    x = 1\n\nText", 3, "without a language"),
    "raw pre": ("<pre><code>ls -l\n</code></pre>", 1, "without a language"),
    "raw pre with a language": (
        '<pre><code class="language-python">x = 1\n</code></pre>',
        1,
        "does not collect",
    ),
    "raw pre in a div": ("<div markdown>\n<pre>ls -l</pre>\n</div>", 2, "without a language"),
    "pre in capitals": ("<PRE>ls -l</PRE>", 1, "without a language"),
    "pre that does not close": ("<pre>ls -l", 1, "without a language"),
    "textarea": ("<textarea>ls -l</textarea>", 1, "without a language"),
    "style": ('<div style="white-space: pre-wrap">ls -l</div>', 1, "without a language"),
    "inline code with breaks": ("<code>ls<br>ls</code>", 1, "without a language"),
    "a comment above": ("<!-- tested elsewhere -->\n```bash\nls\n```", 3, "block of bash"),
    "a comment around the fences": (
        "<!-- -->\n\n```bash\nls\n```\n\n<!-- -->",
        4,
        "block of bash",
    ),
    "await at the top": ("```python\nawait f()\n```", 2, "does not compile"),
    "python that is none": ("```python\n$ ls\n```", 2, "does not compile"),
    "include in python that pytest-examples would run": (
        '```python\nx = 1\n--8<-- "example_app/numbers.py:one"\n```',
        3,
        "text beside an include",
    ),
    "text below an include": (
        '```sh\n--8<-- "snippets/run.sh:command"\nls\n```',
        2,
        "text beside an include",
    ),
    "whole file": ('```sh\n--8<-- "snippets/run.sh"\n```', 2, "a whole file or line numbers"),
    "line numbers": ('```sh\n--8<-- "snippets/run.sh:2:3"\n```', 2, "or line numbers"),
    "one line number": ('```sh\n--8<-- "snippets/run.sh:2"\n```', 2, "or line numbers"),
    "unrun": ('```sh\n--8<-- "snippets/unrun.sh:command"\n```', 2, "no test runs 'snippets/unrun"),
    "unrun in single quotes": ("```sh\n-8<- 'snippets/unrun.sh:command'\n```", 2, "no test runs"),
    "second include unrun": (
        '```sh\n--8<-- "snippets/run.sh:command"\n--8<-- "snippets/unrun.sh:command"\n```',
        2,
        "no test runs",
    ),
    "indented include unrun": ('Text\n\n    --8<-- "snippets/unrun.sh:command"', 3, "no test runs"),
    "outside": ('```sh\n--8<-- "elsewhere/run.sh:command"\n```', 2, "is outside example_app/"),
    "outside by dots": (
        '```sh\n--8<-- "snippets/../elsewhere/run.sh:command"\n```',
        2,
        "is outside example_app/",
    ),
    "outside of everything": ('```sh\n--8<-- "../../etc/passwd:a"\n```', 2, "does not exist"),
    "missing file": ('```sh\n--8<-- "snippets/none.sh:command"\n```', 2, "does not exist"),
    "no file at all": ('```sh\n--8<-- ":command"\n```', 2, "does not exist"),
    "unknown section": ('```sh\n--8<-- "snippets/run.sh:none"\n```', 2, "known: command"),
    "open section": ('```py\n--8<-- "example_app/numbers.py:open"\n```', 2, "known: one"),
    "nested include": ('```py\n--8<-- "example_app/nested.py:all"\n```', 2, "further files"),
    "template of the app": ('```html\n--8<-- "example_app/page.html:a"\n```', 2, "is not Python"),
    "address": ('```sh\n--8<-- "https://example.org/run.sh:command"\n```', 2, "does not exist"),
    "block form": ("```sh\n--8<--\nsnippets/unrun.sh:command\n--8<--\n```", 3, "no test runs"),
    "block form, whole": ("```python\n--8<--\nexample_app/numbers.py\n--8<--\n```", 3, "whole"),
    "block form, address": ("```sh\n--8<--\nhttp://example.org/a\n--8<--\n```", 3, "not exist"),
    "include in prose": ('--8<-- "snippets/run.sh:command"', 1, "outside a code block"),
    "fence in a page's front matter": ("---\na: b\n---\n```bash\nls\n```", 5, "block of bash"),
}  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS)
def test_a_block_that_nothing_tests_is_named_with_its_line_and_a_remedy(
    site: Site, trap: str
) -> None:
    page, line, says = TRAPS[trap]

    problems = site(page).problems

    assert problems
    assert f"docs/page.md:{line}: " in problems[0].problem
    assert any(says in problem.problem for problem in problems)
    assert all(str(problem).count("\n") == 2 and problem.remedy for problem in problems)


FINE = {
    "include": ('```sh\n--8<-- "snippets/run.sh:command"\n```', Kind.INCLUDED),
    "include in a tab": (
        '=== "x"\n\n    ```sh title="a"\n    --8<-- "snippets/run.sh:command"\n    ```',
        Kind.INCLUDED,
    ),
    "include in a quote": ('```py\n--8<-- "example_app/numbers.py:one"\n```', Kind.INCLUDED),
    "two includes": (
        '```sh\n--8<-- "snippets/run.sh:command"\n\n--8<-- "snippets/run.sh:command"\n```',
        Kind.INCLUDED,
    ),
    "block form": ("~~~~sh\n--8<--\nsnippets/run.sh:command\n--8<--\n~~~~", Kind.INCLUDED),
    "python": ("```python\nx = 1\n```", Kind.RUN),
    "py with a title": ('```py title="a" hl_lines="1"\nx = 1\n```', Kind.RUN),
    "python in an admonition": ("!!! note\n\n    ```python\n    x = 1\n    ```", Kind.RUN),
    "python in a list": ("1. a\n\n    ```python\n    if 1:\n        x = 1\n    ```", Kind.RUN),
    "transcript": ("```console\n$ ls\nsnippets\n```", Kind.TRANSCRIPT),
}  # fmt: skip


@pytest.mark.parametrize("name", FINE)
def test_a_block_that_a_test_covers_is_counted_once(site: Site, name: str) -> None:
    page, kind = FINE[name]

    account = site(page)

    assert not [str(problem) for problem in account.problems]
    assert {k: n for k, n in account.counts.items() if n} == {kind: 1}


@pytest.mark.parametrize(
    "page",
    [
        "Say `ls` or ``a ` b``.",
        "<!--\n\n```bash\nls\n```\n\n-->",
        "<!--\n\n```bash\n-->\n```\n\n-->",
        "```ls``` in one line",
        "#!!! Text with `#!python x = 1` in it",
    ],
)
def test_inline_code_and_comments_are_no_blocks(site: Site, page: str) -> None:
    assert not site(page).blocks


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("# %% [markdown]\n# ```bash\n# ls\n# ```\n", "a block in a Markdown cell"),
        ("# %% [markdown]\n# ```python\n# x = 1\n# ```\n", "a block in a Markdown cell"),
        ("# %% [markdown]\n# ~~~\n# x = 1\n# ~~~\n", "a block in a Markdown cell"),
        ("# %% [raw]\n# <pre>ls</pre>\n", "a raw cell"),
        ('# %% tags=["raises-exception"]\n1 / 0\n', "a cell with the tag raises-exception"),
        ('# %% tags=["skip-execution"]\nx = 1\n', "a cell with the tag skip-execution"),
        ("# %%\n# %%script false\nx = 1\n", "a cell magic"),
    ],
)
def test_a_notebook_cell_that_need_not_run_is_named(site: Site, cell: str, says: str) -> None:
    account = site(**{"docs/book.py": NOTEBOOK + cell})

    assert [says in problem.problem for problem in account.problems] == [True]
    assert re.match(r"docs/book.py:\d+: ", account.problems[0].problem)


@pytest.mark.parametrize(
    ("setting", "wrong"),
    [
        ("allow_errors: false", "allow_errors: true"),
        ("execute: true", "execute: false"),
        ("execute: true", "execute: true\n      execute_ignore: ['docs/*']"),
        ("execute: true", "execute: true\n      execute_include: ['docs/other.py']"),
        ("allow_errors: false", ""),
        ("execute: true", ""),
    ],
)
def test_a_cell_is_unaccounted_when_the_build_would_not_run_it(
    site: Site, setting: str, wrong: str
) -> None:
    notebook = NOTEBOOK + "# %%\nx = 1\n"
    changed = CONFIG.replace(setting, wrong)

    account = site(**{"docs/book.py": notebook, "mkdocs.yml": changed})

    assert ["mkdocs.yml" in problem.problem for problem in account.problems] == [True]


def test_a_code_cell_that_the_build_runs_is_counted_as_run(site: Site) -> None:
    account = site(
        **{"docs/book.py": NOTEBOOK + "# %%\nx = 1\n\n# %%\n\n# %% [markdown]\n# Text\n"}
    )

    assert [block.kind for block in account.blocks] == [Kind.RUN]


def test_a_code_cell_that_no_reader_sees_is_not_counted(site: Site) -> None:
    hidden = CONFIG.replace("cache: false", "show_input: false")

    account = site(**{"docs/book.py": NOTEBOOK + "# %%\nx = 1\n", "mkdocs.yml": hidden})

    assert not account.blocks


def test_a_template_and_an_html_page_are_read_too(site: Site) -> None:
    themed = CONFIG + "theme: {name: mkdocs, custom_dir: overrides}\n"

    account = site(
        **{"docs/a.html": "<pre>ls</pre>", "overrides/main.html": "<pre>ls</pre>"}
        | {"mkdocs.yml": themed}
    )

    assert [str(block) for block in account.blocks] == ["docs/a.html:1", "overrides/main.html:1"]


def test_without_the_snippet_extension_an_include_is_no_include(site: Site) -> None:
    without = re.sub(r".*pymdownx\.snippets.*\n", "", CONFIG)
    page = '```sh\n--8<-- "snippets/run.sh:command"\n```'

    assert site(page, **{"mkdocs.yml": without}).problems


def test_each_of_two_equal_blocks_has_a_line_of_its_own(site: Site) -> None:
    account = site("```bash\nls\n```\n\n> ```bash\n> ls\n> ```\n")

    assert [block.line for block in account.blocks] == [2, 6]


def test_a_block_whose_text_is_not_in_the_source_as_it_is_shown_is_on_line_one(site: Site) -> None:
    assert [block.line for block in site("Text\n\n<pre>&lt;b&gt;</pre>").blocks] == [1]


def test_a_link_to_a_file_outside_is_outside(site: Site, tmp_path: Path) -> None:
    (tmp_path / "snippets").mkdir()
    (tmp_path / "snippets" / "link.sh").symlink_to(tmp_path / "elsewhere" / "run.sh")
    page = '```sh\n--8<-- "snippets/link.sh:command"\n```'

    [problem] = site(page, run_files=["link.sh"]).problems

    assert "is outside example_app/ and snippets/" in problem.problem


def test_a_message_reads_as_three_lines(site: Site) -> None:
    [problem] = site("```bash\nls -l\n```").problems

    remedy = "include a named section of a file in snippets/ that a test runs, "
    remedy += "or show it as ```console with the command in its first line"
    assert str(problem).splitlines() == [
        "docs/page.md:2: nothing runs this block of bash",
        "it starts with: ls -l",
        remedy,
    ]


def test_the_metadata_of_a_notebook_is_no_block(site: Site) -> None:
    cell = "# %% [markdown]\n# ---\n# hide:\n#     - toc\n#\n#     - more\n# ---\n#\n# # Title\n"

    assert not site(**{"docs/book.py": NOTEBOOK + cell}).blocks

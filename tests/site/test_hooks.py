import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from crossroads.site import hooks

ROOT = Path(__file__).parents[2]


@pytest.fixture
def config(tmp_path: Path) -> MkDocsConfig:
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: test\n")
    return load_config(str(tmp_path / "mkdocs.yml"))


def test_the_live_lines_learn_where_the_project_is(
    config: MkDocsConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSROADS_MEASURE", "off")

    changed = hooks.on_config(config)

    assert changed.mdx_configs["crossroads.site.live"] == {"root": str(tmp_path)}


def test_an_error_of_the_harness_stops_the_build_with_its_three_lines(
    config: MkDocsConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSROADS_MEASURE", "sometimes")

    with pytest.raises(PluginError) as caught:
        hooks.on_config(config)

    assert len(str(caught.value).splitlines()) == 3
    assert "sometimes" in str(caught.value)


def _page(notebook: Path, renders: list[str]) -> Page:
    def render() -> dict[str, str]:
        renders.append(notebook.read_text())
        return {"content": notebook.read_text()}

    page = SimpleNamespace(file=SimpleNamespace(abs_src_path=str(notebook)))
    page._mkdocs_jupyter_content = render
    return page  # type: ignore[return-value]


def _content(page: Page, config: MkDocsConfig) -> str:
    shown = hooks.on_pre_page(page, config, Files([]))
    content: str = shown._mkdocs_jupyter_content()["content"]  # type: ignore[attr-defined]
    return content


def test_a_notebook_is_rendered_again_only_when_it_changed(
    config: MkDocsConfig, tmp_path: Path
) -> None:
    notebook = tmp_path / "chart.py"
    renders: list[str] = []
    shown = []
    for text in ("first", "first", "second"):
        notebook.write_text(text)
        shown.append(_content(_page(notebook, renders), config))

    assert shown == ["first", "first", "second"]
    assert renders == ["first", "second"]


def test_a_new_measurement_renders_the_notebook_again(config: MkDocsConfig, tmp_path: Path) -> None:
    notebook = tmp_path / "chart.py"
    notebook.write_text("chart")
    renders: list[str] = []
    _content(_page(notebook, renders), config)

    (tmp_path / "measurements").mkdir()
    (tmp_path / "measurements" / "run.jsonl").write_text("{}")
    _content(_page(notebook, renders), config)

    assert renders == ["chart", "chart"]


def test_a_markdown_page_is_left_alone(config: MkDocsConfig) -> None:
    page = SimpleNamespace(file=SimpleNamespace(abs_src_path="x.md"))

    assert vars(hooks.on_pre_page(page, config, Files([]))) == vars(page)  # type: ignore[arg-type]


def test_the_file_that_mkdocs_loads_names_every_event() -> None:
    events = {name for name in vars(hooks) if name.startswith("on_")}

    loaded = (ROOT / "overrides" / "hooks.py").read_text()

    assert events
    assert all(f'"{event}"' in loaded for event in events)


def test_a_taken_port_is_said_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Home")
    hook = ROOT / "overrides" / "hooks.py"
    (tmp_path / "mkdocs.yml").write_text(f"site_name: test\nhooks: [{hook}]\n")
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    assert done.returncode == 1
    assert f"port {port} is taken" in done.stderr
    assert "ADDRESS=" in done.stderr
    assert "Traceback" not in done.stderr
    assert "No measurement" not in done.stderr


NOTEBOOK = """# ---
# jupyter:
#   kernelspec: {{display_name: Python 3, language: python, name: python3}}
# ---

# %% [markdown]
# # {title}

# %%
{cell}
"""


def _build(root: Path, **cells: str) -> tuple[int, str]:
    """Build a site of one notebook for each cell; return the exit code and what was said."""
    (root / "docs").mkdir()
    (root / "docs" / "index.md").write_text("# Home")
    (root / "requirements.txt").touch()
    for name, cell in cells.items():
        text = NOTEBOOK.format(title=name, cell=cell)
        (root / "docs" / f"{name}.py").write_text(text)
    (root / "mkdocs.yml").write_text(
        f"site_name: test\nhooks: [{ROOT / 'overrides' / 'hooks.py'}]\nplugins:\n"
        "  - mkdocs-jupyter: {execute: true, allow_errors: false, cache: false,"
        " markdown_cell_processor: mkdocs}\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=root,
        env={**os.environ, "CROSSROADS_MEASURE": "off"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr


def test_each_notebook_runs_once_and_shows_what_its_cell_gave(tmp_path: Path) -> None:
    count = f"""with open({str(tmp_path / "runs")!r}, "a") as runs:
    runs.write("{{0}} ")
"{{0}}".upper()"""

    code, log = _build(tmp_path, **{name: count.format(name) for name in ("one", "two")})

    assert code == 0, log
    assert sorted((tmp_path / "runs").read_text().split()) == ["one", "two"]
    assert "TWO" in (tmp_path / "site" / "two" / "index.html").read_text()


def test_a_notebook_that_fails_fails_the_build_and_is_named(tmp_path: Path) -> None:
    code, log = _build(tmp_path, good="1", failing="1 / 0")

    assert code == 1
    assert "failing.py" in log
    assert "ZeroDivisionError" in log


def test_a_mistake_on_a_page_is_said_in_three_lines(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("[9×](evidence/index.md#asgi-slower.cpu)")
    (tmp_path / "requirements.txt").touch()
    (tmp_path / "mkdocs.yml").write_text(
        f"site_name: test\nhooks: [{ROOT / 'overrides' / 'hooks.py'}]\n"
        "markdown_extensions: [crossroads.site.numbers]\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build"],
        cwd=tmp_path,
        env={**os.environ, "CROSSROADS_MEASURE": "off"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode != 0
    assert "asgi-slower" in done.stderr
    assert "known: " in done.stderr
    assert "Traceback" not in done.stderr

"""What MkDocs calls while it builds; kept thin, because other generators run no hooks."""

import json
import os
from collections.abc import Mapping
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from crossroads.bench.ensure import VARIABLE, ensure_measurement
from crossroads.decisions.read import read_tree
from crossroads.decisions.render.tree_json import tree_json
from crossroads.errors import CrossroadsError
from crossroads.evidence.ledger import as_json
from crossroads.evidence.prove import ensure_proofs
from crossroads.services.ports import require_free
from crossroads.site.findings import guide_sources
from crossroads.site.kernels import isolate_kernels
from crossroads.site.ledger import ledger
from crossroads.site.memory import abandon, begin, digest_of, remembered
from crossroads.site.slim import slim

_RENDER = "_mkdocs_jupyter_content"
"""Where mkdocs-jupyter puts what runs a page's notebook and returns its HTML."""

ADVICE_BOOST = 3
"""How much more a word counts in advice than in a chapter: a reader with a symptom wants a cure."""

_commands: list[str] = []


def on_startup(command: str, dirty: bool) -> None:  # noqa: ARG001, FBT001 (MkDocs names them)
    """Remember what MkDocs was asked to do, and keep notebooks apart from a person's IPython."""
    _commands[:] = [command]
    isolate_kernels()


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Measure when there is nothing for this machine and code, and say where the project is.

    Raises:
        PluginError: A measurement could not be made or read.
    """
    root = Path(config.config_file_path).parent
    for extension in ("crossroads.site.live", "crossroads.site.numbers"):
        config.mdx_configs[extension] = {"root": str(root)}
    try:
        _measure_once(root, config.dev_addr.port if "serve" in _commands else None)
    except CrossroadsError as error:
        raise PluginError(str(error)) from error
    return config


@cache
def _measure_once(root: Path, port: int | None) -> None:
    # `mkdocs serve` loads the configuration anew for every edit, which must measure nothing.
    if port:
        # Else it would be said after minutes of measuring.
        require_free(port)
    ensure_measurement(root)
    if os.environ.get(VARIABLE) != "off":
        ensure_proofs(root)


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Begin to run the notebooks, as many at once as there are cores.

    MkDocs makes one page after the other, and most of a notebook is its kernel's start.
    """
    if jupyter := config.plugins.get("mkdocs-jupyter"):
        for page in (file.page for file in files.documentation_pages()):
            # A copy, because the plugin prepares the page itself when its turn comes.
            draft = jupyter.on_pre_page(copy(page), config, files)
            if render := getattr(draft, _RENDER, None):
                begin(_key(draft, config), render)
    return nav


@event_priority(-100)
def on_pre_page(page: Page, config: MkDocsConfig, files: Files) -> Page:  # noqa: ARG001
    """Show a notebook as it was rendered last, unless what it is made of has changed."""
    render = getattr(page, _RENDER, None)
    if render is not None:
        key = _key(page, config)
        setattr(page, _RENDER, lambda: remembered(key, render))
    return page


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Have search show advice before the chapters that explain it."""
    if "recommend" in page.meta:
        page.meta.setdefault("search", {"boost": ADVICE_BOOST})
    return markdown


def on_shutdown() -> None:
    """Run no further notebook when MkDocs ends early."""
    abandon()


def _key(page: Page, config: MkDocsConfig) -> str:
    return digest_of(Path(config.config_file_path).parent, Path(page.file.abs_src_path or ""))


def on_post_build(config: MkDocsConfig) -> None:
    """Publish the evidence and the guide for programs, and make the pages light."""
    root, site = Path(config.config_file_path).parent, Path(config.site_dir)
    _publish(as_json(ledger(root)), site / "evidence.json")
    folder = root / "docs" / "decide"
    if folder.exists():
        guide = guide_sources(read_tree(folder), root, config.site_url or "")
        _publish(tree_json(guide), site / "decide" / "tree.json")
    slim(site)


def _publish(data: Mapping[str, Any], file: Path) -> None:
    file.write_text(json.dumps(data, indent=1, ensure_ascii=False), encoding="utf-8")


def on_build_error(error: Exception) -> None:
    """Say a person's mistake on a page in its three lines, without a traceback.

    Raises:
        PluginError: The error is one that a person can mend.
    """
    if isinstance(error, CrossroadsError):
        raise PluginError(str(error)) from None

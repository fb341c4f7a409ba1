"""What MkDocs calls while it builds; kept thin, because other generators run no hooks."""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from crossroads.bench.ensure import ensure_measurement
from crossroads.errors import CrossroadsError

_DRAWN_BY = (
    "src/crossroads/site/*.py",
    "src/crossroads/measurements/*.py",
    "measurements/**/*.jsonl",
)
_rendered: dict[str, dict[str, Any]] = {}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Measure when there is nothing for this machine and code, and say where the project is.

    Raises:
        PluginError: A measurement could not be made or read.
    """
    root = Path(config.config_file_path).parent
    config.mdx_configs["crossroads.site.live"] = {"root": str(root)}
    try:
        _measure_once(root)
    except CrossroadsError as error:
        raise PluginError(str(error)) from error
    return config


@cache
def _measure_once(root: Path) -> None:
    # `mkdocs serve` loads the configuration anew for every edit, which must measure nothing.
    ensure_measurement(root)


@event_priority(-100)
def on_pre_page(page: Page, config: MkDocsConfig, files: Files) -> Page:  # noqa: ARG001
    """Show a notebook as it was rendered last, unless what it is made of has changed."""
    render: Callable[[], dict[str, Any]] | None = getattr(page, "_mkdocs_jupyter_content", None)
    if render is not None:
        root = Path(config.config_file_path).parent
        key = digest_of(root, Path(page.file.abs_src_path or ""))
        page._mkdocs_jupyter_content = lambda: remembered(key, render)  # type: ignore[attr-defined]  # noqa: SLF001
    return page


def digest_of(root: Path, notebook: Path) -> str:
    """Return a digest of `notebook`, the measurements under `root` and what draws them."""
    sha = sha256(notebook.read_bytes())
    for path in sorted(path for pattern in _DRAWN_BY for path in root.glob(pattern)):
        sha.update(str(path).encode() + b"\0" + path.read_bytes())
    return sha.hexdigest()


def remembered(key: str, render: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what `render` gave for `key`; it is called once for each key."""
    if key not in _rendered:
        _rendered[key] = render()
    return _rendered[key]

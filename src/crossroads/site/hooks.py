"""What MkDocs calls while it builds; kept thin, because other generators run no hooks."""

from functools import cache
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from crossroads.bench.ensure import ensure_measurement
from crossroads.errors import CrossroadsError
from crossroads.services.ports import require_free
from crossroads.site.kernels import isolate_kernels
from crossroads.site.memory import digest_of, remembered

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
    config.mdx_configs["crossroads.site.live"] = {"root": str(root)}
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


@event_priority(-100)
def on_pre_page(page: Page, config: MkDocsConfig, files: Files) -> Page:  # noqa: ARG001
    """Show a notebook as it was rendered last, unless what it is made of has changed."""
    render = getattr(page, "_mkdocs_jupyter_content", None)
    if render is not None:
        root = Path(config.config_file_path).parent
        key = digest_of(root, Path(page.file.abs_src_path or ""))
        page._mkdocs_jupyter_content = lambda: remembered(key, render)  # type: ignore[attr-defined]  # noqa: SLF001
    return page

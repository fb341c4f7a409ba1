"""What MkDocs loads by path; all of it lives in the installed package."""  # noqa: INP001 - no package

from crossroads.site.hooks import (
    on_build_error,
    on_config,
    on_nav,
    on_page_markdown,
    on_post_build,
    on_pre_page,
    on_shutdown,
    on_startup,
)

__all__ = [
    "on_build_error",
    "on_config",
    "on_nav",
    "on_page_markdown",
    "on_post_build",
    "on_pre_page",
    "on_shutdown",
    "on_startup",
]

"""A class-based view whose handlers are sync and async."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import path

SNIPPET = Path(__file__).parents[2] / "snippets" / "traps" / "class_based.py"


@pytest.mark.evidence("mixed-handlers")
@pytest.mark.runs("traps/class_based.py")
def test_a_view_with_sync_and_async_handlers_is_refused(ask_in_process):
    views = SimpleNamespace(**runpy.run_path(str(SNIPPET)))

    with pytest.raises(
        ImproperlyConfigured, match="HTTP handlers must either be all sync or all async"
    ):
        views.Mixed.as_view()
    ask_in_process("/", ROOT_URLCONF=(path("", views.AllAsync.as_view()),))

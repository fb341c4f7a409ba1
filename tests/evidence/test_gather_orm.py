"""Queries that an async view gathers do not overlap."""

import asyncio
import threading
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db import connections
from django.db.backends.utils import CursorWrapper
from django.http import HttpResponse
from django.urls import path


class Queries:
    """What was asked of the database, and how much of it at once."""

    def __init__(self):
        self.count = self.in_progress = self.most_at_once = 0
        self.threads, self.connections = set(), set()

    def watch(self, execute):
        def watched(cursor, sql, params=None):
            self.count += 1
            self.in_progress += 1
            self.most_at_once = max(self.most_at_once, self.in_progress)
            self.threads.add(threading.get_ident())
            self.connections.add(cursor.db.connection)
            answer = execute(cursor, sql, params)
            self.in_progress -= 1
            return answer

        return watched


@pytest.fixture
def queries(desk_url, django_in_process, monkeypatch):  # noqa: ARG001 - it sets up
    """Give the queries that the example app asks of a database with 500 parcels."""
    monkeypatch.setitem(connections.settings["default"], "NAME", urlsplit(desk_url).path)
    queries = Queries()
    monkeypatch.setattr(CursorWrapper, "execute", queries.watch(CursorWrapper.execute))
    return queries


@pytest.mark.evidence("gather-orm")
def test_gathered_queries_run_one_after_another_in_one_thread(ask_in_process, queries, record):
    parcels = apps.get_model("parcels", "Parcel").objects
    counts = []

    async def view(_request):
        statuses = ["announced", "picked up", "at depot", "on the way", "delivered"]
        asked = [parcels.filter(status=status).acount() for status in statuses]
        counts.extend(await asyncio.gather(*asked))
        return HttpResponse()

    ask_in_process("/", ROOT_URLCONF=(path("", view),))

    assert sum(counts) == 500
    assert queries.count == 5
    assert len(queries.threads) == len(queries.connections) == queries.most_at_once == 1
    record(queries=5, threads=1, at_once=1)

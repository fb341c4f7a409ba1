"""What the snippets of async views answer, under both kinds of server."""

import asyncio
import hashlib
import threading

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from config.urls import urlpatterns
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import AsyncRequestFactory
from django.urls import path
from parcels.models import Parcel

in_the_desk = pytest.mark.usefixtures("desk")


@in_the_desk
@pytest.mark.runs("async_views/page.py")
def test_both_pages_show_the_same(ask, load):
    page = load("page.py")

    awaited, one = ask(page["overview_awaited"]).json(), ask(page["overview"]).json()

    assert awaited == one
    assert len(one["newest"]) == 20
    assert one["price_cents"] == 510


@in_the_desk
@pytest.mark.runs("async_views/branches.py")
def test_branches_count_what_one_query_counts(ask, load):
    branches = load("branches.py")

    counts = ask(branches["parcels_by_status"]).json()

    assert counts == ask(branches["parcels_by_status_in_one"]).json()
    assert sum(counts.values()) == 500
    assert connection.connection is not None  # that of the request stays


@in_the_desk
@pytest.mark.runs("async_views/branches.py")
def test_a_branch_has_a_thread_of_its_own_which_ends_without_a_connection(load):
    branch, threads, opened = load("branches.py")["branch"], [], []

    def look():
        Parcel.objects.count()
        threads.append(threading.current_thread())
        opened.append(connections["default"].connection)

    async def three():
        await asyncio.gather(*(branch(sync_to_async(look)) for _ in range(3)))

    asyncio.run(three())

    assert len(set(threads)) == len(set(map(id, opened))) == 3
    for thread in threads:
        thread.join(timeout=10)
        assert not thread.is_alive()


@in_the_desk
@pytest.mark.runs("async_views/write.py")
@pytest.mark.parametrize("name", ["pick_up", "pick_up_awaited"])
def test_a_parcel_is_picked_up_with_its_event(ask, load, name):
    parcel = Parcel.objects.filter(status="announced").first()
    before = parcel.events.count()

    assert ask(load("write.py")[name], parcel.number).status_code == 204

    parcel.refresh_from_db()
    assert parcel.status == "picked up"
    assert parcel.events.count() == before + 1


@in_the_desk
@pytest.mark.runs("async_views/blocking.py")
def test_a_template_loops_over_a_queryset_in_the_thread(get, load, settings):
    settings.ROOT_URLCONF = (path("shown/", load("blocking.py")["shown"]), *urlpatterns)

    answer = get("/shown/")

    assert answer.content.count(b"DX0") >= 20


@pytest.mark.runs("async_views/blocking.py")
def test_a_file_is_read_in_a_thread(load, tmp_path):
    file = tmp_path / "label"
    file.write_bytes(b"to whom it may concern")

    answer = asyncio.run(load("blocking.py")["checksum"](AsyncRequestFactory().get("/"), file))

    assert answer.content.decode() == hashlib.sha256(file.read_bytes()).hexdigest()


@in_the_desk
@pytest.mark.runs("async_views/blocking.py")
def test_a_password_is_hashed_beside_the_loop(load, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

    user = async_to_sync(load("blocking.py")["sign_up"])("mila", "of a test")

    assert User.objects.get(username="mila") == user
    assert check_password("of a test", user.password)

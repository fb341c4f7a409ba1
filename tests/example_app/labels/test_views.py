"""A label is ordered by a person, and its page says what became of the order."""

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.tasks import TaskResultStatus
from django.test import Client
from django.urls import get_resolver
from django_tasks_db.models import DBTaskResult
from labels.models import Label
from labels.printing import print_label
from labels.urls import urlpatterns
from parcels.models import Parcel

ADDRESSES = [str(url.pattern).replace("<slug:number>", "DX00000001") for url in urlpatterns]
OFFICE = "/desk/parcels/DX00000001/label/"


@pytest.fixture
def browser(desk):  # noqa: ARG001 - the person is in its database
    """Return the browser of a person who is logged in, and whose forms are checked."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(get_user_model().objects.create_user("ada"))
    return browser


@pytest.fixture
def committed(monkeypatch):
    """Run at once what waits for a commit: the test's own transaction never ends in one."""
    monkeypatch.setattr(transaction, "on_commit", lambda run: run())


def order(browser):
    browser.get(OFFICE)
    token = browser.cookies["csrftoken"].value
    return browser.post(f"{OFFICE}order/", headers={"X-CSRFToken": token})


def finish(status, **values):
    DBTaskResult.objects.update(status=status, **values)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_of_a_label_opens_without_a_login(get, address):
    assert get(f"/{address}").headers["Location"] == f"/accounts/login/?next=/{address}"


def test_the_addresses_of_labels_are_mounted():
    assert get_resolver().resolve(OFFICE).url_name == "label"


def test_an_order_is_a_form_with_a_csrf_token(browser):
    assert browser.post(f"{OFFICE}order/").status_code == 403
    assert browser.get(f"{OFFICE}order/").status_code == 405


@pytest.mark.usefixtures("committed")
def test_an_order_is_a_job_that_waits(browser):
    answer = order(browser)

    assert (answer.status_code, answer.headers["Location"]) == (302, OFFICE)
    job = DBTaskResult.objects.get()
    assert job.args_kwargs == {"args": ["DX00000001"], "kwargs": {}}
    assert job.task_path == "labels.tasks.print_label"
    page = browser.get(OFFICE)
    assert b"It waits for its turn." in page.content
    assert page.headers["Refresh"] == "2"


def test_an_order_that_is_not_committed_is_no_job(browser):
    order(browser)

    assert Parcel.objects.get(number="DX00000001").events.filter(note="Label ordered").exists()
    assert not DBTaskResult.objects.exists()


@pytest.mark.usefixtures("committed")
def test_a_failed_order_is_shown_without_its_reason(browser):
    order(browser)
    finish(TaskResultStatus.FAILED, exception_class_path="builtins.OSError", traceback="secret")

    page = browser.get(OFFICE)

    assert b"could not be printed" in page.content
    assert b"secret" not in page.content
    assert "Refresh" not in page.headers


@pytest.mark.usefixtures("committed")
def test_another_person_does_not_see_the_order(browser):
    order(browser)
    other = Client()
    other.force_login(get_user_model().objects.create_user("bob"))

    assert b"It waits" not in other.get(OFFICE).content


@pytest.mark.usefixtures("committed")
def test_a_pruned_order_is_forgotten(browser):
    order(browser)
    DBTaskResult.objects.all().delete()

    assert browser.get(OFFICE).status_code == 200


def test_a_label_can_be_taken_once_it_is_printed(browser):
    assert browser.get(f"{OFFICE}pdf/").status_code == 404
    print_label("DX00000001")

    assert f"{OFFICE}pdf/".encode() in browser.get(OFFICE).content
    answer = browser.get(f"{OFFICE}pdf/")
    assert answer.content == bytes(Label.objects.get().pdf)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "private" in answer.headers["Cache-Control"]


def test_a_parcel_that_is_not_there_has_no_label(browser):
    for address in (OFFICE, f"{OFFICE}pdf/"):
        assert browser.get(address.replace("DX", "XX")).status_code == 404

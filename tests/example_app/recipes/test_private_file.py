"""The recipe that names a file and leaves the sending to the proxy."""

import runpy
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory
from parcels.models import Parcel

RECIPE = Path(__file__).parents[3] / "snippets" / "recipes" / "private_file.py"

pytestmark = [pytest.mark.runs("recipes/private_file.py"), pytest.mark.usefixtures("desk")]


def ask(user, number):
    request = RequestFactory().get("/")
    request.user = user
    return runpy.run_path(str(RECIPE))["label"](request, number)


@pytest.fixture
def clerk():
    clerk = User.objects.create_user("clerk")
    clerk.user_permissions.add(Permission.objects.get(codename="view_parcel"))
    return clerk


def test_who_may_see_the_parcel_is_sent_to_the_file(clerk):
    number = Parcel.objects.first().number

    answer = ask(clerk, number)

    assert answer.status_code == 200
    assert answer.content == b""
    assert answer["X-Accel-Redirect"] == f"/protected/{number}.pdf"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{number}.pdf"'


def test_who_may_not_see_the_parcel_is_refused():
    number = Parcel.objects.first().number

    with pytest.raises(PermissionDenied):
        ask(AnonymousUser(), number)
    with pytest.raises(PermissionDenied):
        ask(User.objects.create_user("guest"), number)


def test_a_file_of_no_parcel_is_not_found(clerk):
    with pytest.raises(Http404):
        ask(clerk, "../../etc/passwd")

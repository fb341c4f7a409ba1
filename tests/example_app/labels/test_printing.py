"""A label is a PDF, and printing it twice leaves one."""

import pytest
from labels.models import Label
from labels.printing import print_label
from parcels.models import Parcel

pytestmark = pytest.mark.usefixtures("desk")


def test_a_label_is_a_pdf_of_its_parcel():
    parcel = Parcel.objects.first()

    label = Label.objects.get(pk=print_label(parcel.number))

    assert label.parcel == parcel
    assert bytes(label.pdf).startswith(b"%PDF-")


def test_a_second_run_replaces_the_label():
    number = Parcel.objects.first().number

    assert print_label(number) == print_label(number)
    assert Label.objects.count() == 1

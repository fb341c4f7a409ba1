"""Order a label, see what became of the order, and take the label."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.tasks.exceptions import TaskResultDoesNotExist
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from parcels.models import Parcel

from labels.models import Label
from labels.tasks import print_label


# --8<-- [start:order]
@login_required
@require_POST
def order_label(request, number):
    with transaction.atomic():
        parcel = get_object_or_404(Parcel, number=number)
        parcel.events.create(at=timezone.now(), place="Desk", note="Label ordered")
        # Not before all this is stored: a worker is quick, and would not find it yet.
        transaction.on_commit(partial(enqueue, request.session, number))
    return redirect("label", number)


def enqueue(session, number):
    # The session keeps the job's id, so whoever ordered can ask what became of it.
    session[f"label of {number}"] = print_label.enqueue(number).id


# --8<-- [end:order]


# --8<-- [start:state]
@login_required
@require_safe
@never_cache
def label(request, number):
    parcel = get_object_or_404(Parcel, number=number)
    printed = Label.objects.defer("pdf").filter(parcel=parcel).first()
    job = last_job(request.session, number)
    context = {"parcel": parcel, "label": printed, "job": job}
    answer = render(request, "labels/label.html", context)
    if job and not job.is_finished:
        answer.headers["Refresh"] = "2"  # the browser looks again by itself
    return answer


def last_job(session, number):
    try:
        return print_label.get_result(session[f"label of {number}"])
    except (KeyError, TaskResultDoesNotExist):
        return None  # never ordered by this person, or long ago and pruned


# --8<-- [end:state]


@login_required
@require_safe
@never_cache
def label_pdf(_request, number):
    found = get_object_or_404(Label, parcel__number=number)
    headers = {"Content-Disposition": f'inline; filename="{number}.pdf"'}
    return HttpResponse(bytes(found.pdf), content_type="application/pdf", headers=headers)

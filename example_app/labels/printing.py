"""The work that no request should wait for: a label as PDF.

It knows nothing of queues. Every queue calls this same function.
"""

from io import BytesIO

from parcels.models import Parcel

from labels.models import Label


# --8<-- [start:print-label]
def print_label(number):
    """Make the label of a parcel, keep it, and return its id.

    A queue may run a job twice, so a second run replaces the label and adds none.
    """
    parcel = Parcel.objects.select_related("customer").get(number=number)
    label, _ = Label.objects.update_or_create(parcel=parcel, defaults={"pdf": draw(parcel)})
    return label.pk


# --8<-- [end:print-label]


def draw(parcel):
    """Return the label as PDF."""
    # Here, so that only the worker loads it: the web process draws nothing.
    from reportlab.graphics.barcode.code128 import Code128
    from reportlab.lib.pagesizes import A6
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    customer = parcel.customer
    file = BytesIO()
    canvas = Canvas(file, pagesize=A6, invariant=True)
    canvas.setTitle(f"Label {parcel.number}")
    text = canvas.beginText(10 * mm, A6[1] - 20 * mm)
    text.textLines([customer.name, customer.street, f"{customer.postcode} {customer.city}"])
    canvas.drawText(text)
    Code128(parcel.number, barHeight=20 * mm).drawOn(canvas, 0, 30 * mm)
    canvas.drawString(10 * mm, 22 * mm, parcel.number)
    canvas.save()
    return file.getvalue()

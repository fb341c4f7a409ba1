# --8<-- [start:explain]
# python manage.py shell < explain.py, on a copy with real data: it runs the query.
from parcels.models import Parcel

waiting = Parcel.objects.filter(status="at depot").order_by("-created")[:20]
print(waiting.explain(analyze=True, buffers=True))
# --8<-- [end:explain]

import asyncio
import threading

import pytest
from django.db import connection, transaction
from parcels.models import Event
from tracking import reports

from .conftest import LATER

NUMBER = "DX00000042"


@pytest.mark.usefixtures("open_desk")
@pytest.mark.parametrize("open_desk", ["postgresql"], indirect=True)
def test_the_events_of_a_parcel_are_seen_in_the_order_of_their_ids(report, settings):
    settings.REDIS_URL = ""
    waits = "SELECT 1 FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    ids = []

    def second():
        ids.append(asyncio.run(report(NUMBER)))

    with transaction.atomic():
        ours = next(LATER)
        reports.report(NUMBER, at=ours, place="Hamburg", note="Sorted")
        thread = threading.Thread(target=second)
        thread.start()
        with connection.cursor() as cursor:
            while thread.is_alive() and not cursor.execute(waits).fetchone():
                pass
        # It waits: so long as ours is not committed, it has no id and is not seen.
        assert thread.is_alive()
        ids.append(Event.objects.get(parcel__number=NUMBER, at=ours).pk)
    thread.join()

    assert ids == sorted(ids)

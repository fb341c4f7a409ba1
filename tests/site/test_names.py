from dataclasses import replace

import pytest

from crossroads.bench.profiles import PROFILES
from crossroads.bench.servers import SERVERS
from crossroads.measurements.model import Cell, Load
from crossroads.site.names import OUTSIDE, label, number, server_name


def test_every_server_has_a_name_of_its_own() -> None:
    names = [server_name(server) for server in SERVERS]

    assert len(set(names)) == len(SERVERS)


def test_servers_without_django_are_outside() -> None:
    assert {"fastapi", "bare-wsgi", "bare-asgi"} == OUTSIDE


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_within_a_workload_and_load_no_two_cells_share_a_label(profile: object) -> None:
    cells = profile.cells  # type: ignore[attr-defined]

    labels = [(cell.workload, str(cell.load), label(cell)) for cell in cells]

    assert len(set(labels)) == len(cells)


def test_a_label_names_threads_and_kind_of_view() -> None:
    load = Load(clients=1)
    threads = Cell(server="gunicorn-gthread", workload="w", view="sync", load=load, threads=8)
    view = Cell(server="uvicorn", workload="w", view="async", load=load)

    assert [label(threads), label(view)] == ["gunicorn gthread, 8 threads", "uvicorn, async"]


def test_a_label_names_workers_where_there_are_more_than_one() -> None:
    one = Cell(server="gunicorn-gthread", workload="w", view="sync", load=Load(clients=1))

    labels = [
        label(replace(one, threads=threads, workers=workers))
        for threads, workers in ((1, 1), (1, 2), (8, 2))
    ]

    assert labels == [
        "gunicorn gthread, 1 thread",
        "gunicorn gthread, 2 workers",
        "gunicorn gthread, 2 workers × 8 threads",
    ]


def test_a_server_of_an_old_run_keeps_its_id_as_name() -> None:
    assert server_name("gone") == "gone"


def test_a_large_number_is_grouped() -> None:
    assert number(12345.6) == "12,346"

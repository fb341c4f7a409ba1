import json
import random
import re
import subprocess
import sys
from importlib import resources
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup, Tag

from crossroads.site.pictures import ALL_TAKEN, ONE_BLOCKS, PICTURES, QUERIES, REQUESTS, TAKEN, hops
from crossroads.site.pictures.lanes import Lane, by_loop, by_request, by_thread
from crossroads.site.pictures.schedule import Kind, Request, Span, Stay, simulate

every_picture = pytest.mark.parametrize("name", PICTURES)
on_any_schedule = pytest.mark.parametrize("seed", range(30))


def _requests(seed: int) -> list[Request]:
    chance = random.Random(seed)

    def steps() -> tuple[tuple[Kind, int], ...]:
        kinds = [chance.choice([Kind.RUN, Kind.WAIT, Kind.BLOCK]) for _ in range(4)]
        return tuple((kind, chance.randint(1, 6)) for kind in kinds)

    arrivals = sorted(chance.randint(0, 25) for _ in range(9))
    return [Request(name=str(n), arrives=at, steps=steps()) for n, at in enumerate(arrivals)]


def _at(stay: Stay, tick: int) -> Kind | None:
    return next((span.kind for span in stay.spans if span.start <= tick < span.end), None)


def _each_tick(stays: tuple[Stay, ...]) -> list[dict[str, Kind]]:
    end = max(stay.held[1] for stay in stays)
    states = [{stay.name: _at(stay, tick) for stay in stays} for tick in range(end)]
    return [{name: kind for name, kind in state.items() if kind} for state in states]


@on_any_schedule
@pytest.mark.parametrize("threads", [1, 3, None])
def test_a_request_does_all_its_steps_in_order_without_a_gap(
    seed: int, threads: int | None
) -> None:
    requests = _requests(seed)
    for request, stay in zip(requests, simulate(requests, threads=threads), strict=True):
        wanted = [kind for kind, ticks in request.steps for _ in range(ticks)]
        done = [span.kind for span in stay.spans for _ in range(span.start, span.end)]

        assert [kind for kind in done if kind not in {Kind.QUEUE, Kind.TURN}] == wanted
        assert stay.spans[0].start == request.arrives
        assert all(one.end == two.start for one, two in pairwise(stay.spans))


@on_any_schedule
def test_never_more_than_one_request_has_the_processor(seed: int) -> None:
    for state in _each_tick(simulate(_requests(seed))):
        running = [kind for kind in state.values() if kind in {Kind.RUN, Kind.BLOCK}]
        assert len(running) <= 1
        # And it is never left alone while somebody asks for it.
        assert running or Kind.TURN not in state.values()


@on_any_schedule
def test_a_thread_holds_one_request_at_a_time(seed: int) -> None:
    stays = simulate(_requests(seed), threads=3)
    for number in {stay.thread for stay in stays}:
        held = sorted(stay.held for stay in stays if stay.thread == number)
        assert all(one[1] <= two[0] for one, two in pairwise(held))
    assert {stay.thread for stay in stays} <= {1, 2, 3}


@on_any_schedule
def test_the_queue_keeps_its_order_and_waits_only_for_threads_that_are_taken(seed: int) -> None:
    stays = simulate(_requests(seed), threads=3)
    begun = [stay.held[0] for stay in stays]

    assert begun == sorted(begun)
    for state in _each_tick(stays):
        inside = [kind for kind in state.values() if kind != Kind.QUEUE]
        assert len(inside) == 3 or Kind.QUEUE not in state.values()


def test_without_a_bound_nobody_queues() -> None:
    assert not any(stay.has_queued for seed in range(30) for stay in simulate(_requests(seed)))


def test_a_request_that_waits_lets_others_run_and_one_that_blocks_does_not() -> None:
    def busy(kind: Kind) -> set[str]:
        first = Request(name="A", arrives=0, steps=((Kind.RUN, 1), (kind, 5), (Kind.RUN, 1)))
        other = Request(name="B", arrives=2, steps=((Kind.RUN, 1),))
        return {
            name
            for state in _each_tick(simulate([first, other]))[1:6]
            for name in state
            if name == "B" and state[name] == Kind.RUN
        }

    assert busy(Kind.WAIT) == {"B"}
    assert busy(Kind.BLOCK) == set()


@on_any_schedule
@pytest.mark.parametrize("threads", [2, None])
def test_no_two_bars_of_a_lane_and_no_two_of_a_request_overlap(
    seed: int, threads: int | None
) -> None:
    stays = simulate(_requests(seed), threads=threads)
    for lanes in (by_thread(stays), by_loop(stays), by_request(stays, label="thread")):
        bars = [bar for lane in lanes for bar in lane.bars]
        for spans in (
            *([bar.span for bar in lane.bars] for lane in lanes),
            *([bar.span for bar in bars if bar.name == stay.name] for stay in stays),
        ):
            ordered = sorted((span.start, span.end) for span in spans)
            assert all(one[1] <= two[0] for one, two in pairwise(ordered))
        assert _sum(lanes) == sum(s.spans[-1].end - s.spans[0].start for s in stays)


def _sum(lanes: tuple[Lane, ...]) -> int:
    return sum(_ticks(bar.span) for lane in lanes for bar in lane.bars)


def _ticks(span: Span) -> int:
    return span.end - span.start


def test_the_words_beside_the_pictures_say_what_is_drawn() -> None:
    queued = [stay.name for stay in simulate(REQUESTS, threads=3) if stay.has_queued]
    quick = [request.name for request in REQUESTS if len(request.steps) == 1]

    assert queued == ["D", "E", "F"]
    assert quick == ["E"]
    assert (
        "D, E and F wait in the queue. Even the quick request E queues"
        in PICTURES["picture-wsgi"]()
    )
    assert "A, C, D, E and F stand still until B is done" in PICTURES["picture-asgi"]()
    assert [r.name for r in ONE_BLOCKS if Kind.BLOCK in dict(r.steps)] == ["B"]


def test_a_request_queues_in_one_worker_though_the_other_has_a_thread() -> None:
    (first, second), together = (
        [simulate(taken, threads=2) for taken in TAKEN],
        simulate(ALL_TAKEN, threads=4),
    )
    (queued,) = [stay for stay in first if stay.has_queued]
    waits = queued.spans[0]

    assert not any(stay.has_queued for stay in (*second, *together))
    # While it waits, the other worker never has both threads taken.
    assert all(
        sum(stay.held[0] <= tick < stay.held[1] for stay in second) < 2
        for tick in range(waits.start, waits.end)
    )
    assert f"{queued.name} waits in the queue." in PICTURES["picture-queues"]()


def test_gathered_queries_queue_for_one_thread_and_not_in_branches() -> None:
    queued = [stay.name for stay in simulate(QUERIES, threads=1) if stay.has_queued]

    assert queued == ["B", "C", "D", "E"]
    assert "B, C, D and E queue for the only thread" in PICTURES["picture-gather"]()
    assert not any(stay.has_queued for stay in simulate(QUERIES))


_ASK_DJANGO = """
import json, sys
from django.conf import settings
from django.utils.module_loading import import_string
import django
settings.configure(INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"])
django.setup()
methods = {
    path: [name for name in dir(import_string(path)) if name.startswith("process_")]
    for path in sys.argv[1:]
}
print(json.dumps(methods))
"""


def test_the_hops_are_those_of_the_middleware_of_startproject() -> None:
    template = resources.files("django.conf") / "project_template/project_name/settings.py-tpl"
    paths = re.findall(r"'([\w.]+Middleware)'", template.read_text())
    answer = subprocess.run(
        [sys.executable, "-c", _ASK_DJANGO, *paths], capture_output=True, check=True, text=True
    )
    wanted = [
        (path.rpartition(".")[2].removesuffix("Middleware"), {name[8:] for name in methods})
        for path, methods in json.loads(answer.stdout).items()
    ]

    assert len(wanted) == 7
    assert [(name, set(phases)) for name, phases in hops.STARTPROJECT] == wanted


def test_a_sync_view_has_a_hop_more_than_an_async_view() -> None:
    sync, async_ = (hops.way(hops.STARTPROJECT, view_in_thread=yes) for yes in (True, False))

    assert hops.hops(sync) == hops.hops(async_) + 1


def test_responses_pass_the_middleware_in_reverse() -> None:
    labels = [stop.label for stop in hops.way(hops.STARTPROJECT, view_in_thread=False)]

    assert labels.index("Session, request") < labels.index("CsrfView, request")
    assert labels.index("CsrfView, response") < labels.index("Session, response")


def _svgs(name: str) -> list[Tag]:
    return BeautifulSoup(PICTURES[name](), "html.parser").find_all("svg")


@every_picture
def test_each_drawing_is_an_image_with_a_title_and_words(name: str) -> None:
    svgs = _svgs(name)
    ids = re.findall(r'\bid="([^"]+)"', PICTURES[name]())

    assert svgs
    assert len(ids) == len(set(ids))
    for svg in svgs:
        assert svg["role"] == "img"
        for tag, attribute in (("title", "aria-labelledby"), ("desc", "aria-describedby")):
            found = svg.find(tag, id=svg[attribute])
            assert found is not None
            assert found.text


@every_picture
def test_a_drawing_has_no_color_of_its_own_and_stays_within_its_frame(name: str) -> None:
    for svg in _svgs(name):
        assert not re.search(r'\b(fill|stroke)="', str(svg))
        _, _, width, height = map(float, str(svg["viewbox"]).split())
        for rect in svg.find_all("rect"):
            x, y, w, h = (float(str(rect[side])) for side in ("x", "y", "width", "height"))
            assert 0 <= x < x + w <= width
            assert 0 <= y < y + h <= height


@every_picture
def test_each_kind_in_a_drawing_is_in_its_key(name: str) -> None:
    html = PICTURES[name]()
    drawn = set(re.findall(r"cr-(?:span|stop)--([a-z]+)", html))

    assert drawn
    assert drawn <= set(re.findall(r"cr-swatch--([a-z]+)", html))

"""Who may open a depot's socket, and what becomes of what they send."""

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import Permission
from parcels.models import Depot, Event, Parcel

SCANNER, DISPATCHER = ("view_event", "add_event"), ("view_event", "add_event", "change_parcel")


def test_what_a_scanner_sends_is_kept_and_the_board_hears_it(person, connect, parcel, scan):
    scanner, board = person("scanner", *SCANNER), person("board", *DISPATCHER)

    @async_to_sync
    async def talk():
        async with connect(scanner) as hand, connect(board) as screen:
            await hand.say(**scan)
            return await hand.hear(), await screen.hear()

    receipt, heard = talk()

    event = Event.objects.get(parcel=parcel, note="Scanned")
    news = {"number": parcel.number, "note": "Scanned", "at": event.at.isoformat()}
    assert receipt == heard == {"news": news}
    assert event.place == parcel.depot.city


def test_the_board_answers_that_a_parcel_is_to_be_held(person, connect, scan):
    scanner, board = person("scanner", *SCANNER), person("board", *DISPATCHER)

    @async_to_sync
    async def talk():
        async with connect(scanner) as hand, connect(board) as screen:
            await screen.say(**scan | {"deed": "hold"})
            return (await hand.hear())["news"]["note"]

    assert talk() == "Hold this parcel"


def test_who_comes_back_gets_what_was_missed(person, connect, parcel, scan):
    scanner = person("scanner", *SCANNER)

    @async_to_sync
    async def talk():
        async with connect(scanner) as hand:
            await hand.ask(**scan)
        async with connect(scanner) as hand:
            return hand.latest[0]

    assert talk()["number"] == parcel.number


def test_a_scan_that_is_sent_again_is_kept_once(person, connect, parcel, scan):
    scanner = person("scanner", *SCANNER)

    @async_to_sync
    async def talk():
        async with connect(scanner) as hand:
            return await hand.ask(**scan), await hand.ask(**scan)

    first, second = talk()

    assert first == second
    assert Event.objects.filter(parcel=parcel, note="Scanned").count() == 1


def test_another_depot_hears_nothing_of_it(person, connect, scan):
    scanner = person("scanner", *SCANNER)

    @async_to_sync
    async def talk():
        async with connect(scanner) as hand, connect(scanner, "/sockets/depots/Isar/") as far:
            await hand.ask(**scan)
            return await far.receive_nothing()

    assert talk()


def test_a_right_is_asked_for_with_each_message(person, connect, scan):
    scanner = person("scanner", *SCANNER)
    right = Permission.objects.get(codename="add_event")

    @async_to_sync
    async def talk():
        async with connect(scanner) as hand:
            before = await hand.ask(**scan)
            await sync_to_async(scanner.user_permissions.remove)(right)
            return before, await hand.ask(**scan)

    before, after = talk()

    assert "news" in before
    assert after == {"error": "you may not scan parcels"}


def test_a_user_who_was_switched_off_can_do_nothing_more(person, connect, scan):
    scanner = person("scanner", *SCANNER)

    @async_to_sync
    async def talk():
        async with connect(scanner) as hand:
            scanner.is_active = False
            await scanner.asave()
            return await hand.ask(**scan)

    assert talk() == {"error": "you may not scan parcels"}


def test_a_scanner_may_hold_no_parcel(person, connect, scan):
    scanner = person("scanner", *SCANNER)

    @async_to_sync
    async def talk():
        async with connect(scanner) as hand:
            return await hand.ask(**scan | {"deed": "hold"})

    assert talk() == {"error": "you may not hold parcels"}


@pytest.mark.parametrize("number", ["DX99999999", "of another depot"])
def test_a_parcel_that_is_not_there_is_an_answer_and_no_traceback(person, connect, scan, number):
    scanner = person("scanner", *SCANNER)
    if number == "of another depot":
        number = Parcel.objects.filter(depot=Depot.objects.get(name="Isar")).first().number

    @async_to_sync
    async def talk():
        async with connect(scanner) as hand:
            return await hand.ask(**scan | {"number": number})

    assert talk() == {"error": f"there is no parcel {number} in this depot"}


BAD = [
    {"deed": "burn"},
    {"deed": ["scan"]},
    {"number": 17},
    {"number": "DX\0"},
    {"number": "x" * 17},
    {"at": "soon"},
    {"at": "2026-02-30T00:00:00Z"},
    {"at": "2026-01-01T00:00:00"},
    {"at": "0001-01-01T00:00:00+14:00"},
    {"at": None},
]


def test_nonsense_is_answered_and_the_socket_stays_open(person, connect, scan):
    scanner = person("scanner", *SCANNER)

    @async_to_sync
    async def talk():
        async with connect(scanner) as hand:
            answers = [await hand.ask(**scan | bad) for bad in BAD]
            answers += [await hand.ask(text) for text in ("{", "[]", "17", "null", "[" * 4000)]
            await hand.send_to(bytes_data=b"\0\xff")
            answers.append(await hand.hear())
            return answers, await hand.ask(**scan)

    answers, good = talk()

    assert all(answer["error"].startswith("send {") for answer in answers)
    assert "news" in good


def test_who_is_not_logged_in_gets_no_socket(is_let_in, desk):  # noqa: ARG001 - the depot is there
    assert not is_let_in()


def test_who_may_not_see_events_gets_no_socket(is_let_in, person):
    assert not is_let_in(person("visitor"))
    assert is_let_in(person("scanner", *SCANNER))


def test_a_page_of_another_site_gets_no_socket(is_let_in, person):
    assert not is_let_in(person("scanner", *SCANNER), origin="https://example.org")


@pytest.mark.parametrize("path", ["/sockets/depots/Atlantis/", "/sockets/", "/"])
def test_an_address_that_is_not_there_is_refused_like_any_other(is_let_in, person, path):
    assert not is_let_in(person("scanner", *SCANNER), path)

"""The relay knows nobody, and lets in whom Django signed a token for."""

from contextlib import suppress
from pathlib import Path

import pytest
from django.test import override_settings
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from crossroads.services.process import ServiceError
from crossroads.services.relay import install_packages, start_relay

ROOT = Path(__file__).parents[2]
KEY, ORIGIN = "only for the proofs " * 2, "https://desk.example"
MAY_LISTEN = {"aud": "room", "room": "depot-1", "sub": "board"}


@pytest.mark.evidence("ws-token")
def test_the_relay_lets_in_whom_django_signed_a_token_for(enter, sign):
    with enter(sign(valid_s=60, **MAY_LISTEN)) as socket:
        socket.ping().wait(30)


@pytest.mark.evidence("ws-token")
def test_the_relay_refuses_a_token_that_is_forged_too_old_or_for_something_else(enter, sign):
    good = sign(valid_s=60, **MAY_LISTEN)
    bad = {
        "none": "",
        "forged": sign(key="another key", valid_s=60, **MAY_LISTEN),
        "changed": swap_claims(good, sign(key="another key", valid_s=600, **MAY_LISTEN)),
        "unsigned": good.rpartition(".")[0] + ".",
        "too old": sign(valid_s=-1, **MAY_LISTEN),
        "for publishing": sign(valid_s=60, aud="publish", room="depot-1"),
    }
    let_in = []
    for kind, token in bad.items():
        with suppress(InvalidStatus), enter(token):
            let_in.append(kind)

    assert let_in == []


@pytest.mark.evidence("ws-token")
def test_a_socket_is_closed_when_its_token_ends(enter, sign):
    token = sign(valid_s=1, **MAY_LISTEN)

    with enter(token) as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=30)

    assert closed.value.rcvd.reason == "token expired"


def swap_claims(token, other):
    """Return the first token with the claims of the other."""
    header, _, signature = token.split(".")
    return f"{header}.{other.split('.')[1]}.{signature}"


@pytest.fixture(scope="module")
def relay():
    try:
        install_packages(ROOT)
    except ServiceError as error:
        pytest.skip(f"{error.problem}; {error.remedy}")
    with start_relay(ROOT, key=KEY, origins=[ORIGIN]) as relay:
        yield relay


@pytest.fixture
def enter(relay):
    """Give a function that opens a socket with a token."""

    def enter(token):
        url = f"ws://127.0.0.1:{relay.port}/relay"
        protocols = ["relay", token] if token else ["relay"]
        return connect(url, origin=ORIGIN, subprotocols=protocols, proxy=None)

    return enter


@pytest.fixture
def sign(django_in_process):  # noqa: ARG001 - it sets up
    """Give the example app's own function, with the relay's key or another."""
    from scanning.relay import sign  # noqa: PLC0415

    def sign_with(*, key=KEY, **claims):
        with override_settings(RELAY_KEY=key):
            return sign(**claims)

    return sign_with

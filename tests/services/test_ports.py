import os
import socket
import sys

import pytest

from crossroads.services.ports import PortTakenError, free_port, is_free, require_free


def test_a_free_port_can_be_listened_on() -> None:
    port = free_port()

    with socket.create_server(("127.0.0.1", port)):
        assert not is_free(port)


def test_a_free_port_is_not_one_that_clients_are_given() -> None:
    with socket.socket() as client:
        client.bind(("127.0.0.1", 0))
        assert free_port() < 32_000 < client.getsockname()[1]


def test_a_taken_port_is_named_with_who_holds_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        with pytest.raises(PortTakenError) as caught:
            require_free(port)

    assert caught.value.problem == f"port {port} is taken"
    if sys.platform == "linux":
        assert f"(pid {os.getpid()})" in caught.value.known


def test_a_port_whose_connections_linger_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            ours, _ = server.accept()
            ours.close()  # closing first leaves TIME_WAIT on the server's side

    assert is_free(port)

"""Five carriers that give quotes for a parcel, each after a set latency.

A stub in a process of its own (`python -m crossroads.services.carriers`). It waits
asynchronously, so hundreds of requests that wait cost it next to nothing, and what a
measurement shows is the waiting of the app under test.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import click

from crossroads.services.ports import free_port
from crossroads.services.process import Process
from crossroads.services.server import get_status
from crossroads.services.service import Service

type Message = MutableMapping[str, Any]
type App = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]

MAX_LATENCY_MS = 60_000.0


@dataclass(frozen=True)
class Tariff:
    """What one carrier asks for."""

    base_cents: int
    """For any parcel."""
    cents_per_kg: int
    """For each kilogram, charged by the gram."""
    days: int
    """Days on the way."""

    def price_cents(self, weight_g: int, country: str) -> int:
        """Return the price of a parcel; the carriers sit in Germany.

        >>> Tariff(390, 120, 3).price_cents(2500, "FR")
        1590
        """
        abroad = 0 if country == "DE" else 900
        return self.base_cents + weight_g * self.cents_per_kg // 1000 + abroad


TARIFFS = {
    "postal": Tariff(390, 120, 3),
    "swift": Tariff(590, 150, 2),
    "northline": Tariff(450, 135, 3),
    "greenvan": Tariff(520, 110, 4),
    "overnight": Tariff(1290, 240, 1),
}


class Carriers(Service):
    """The carriers' server; quotes are at `<url>/quotes/<carrier>/`."""


def start_carriers(*, latency_ms: float = 100.0, cpus: Collection[int] | None = None) -> Carriers:
    """Return the carriers' server once it answers.

    Raises:
        ServiceError: It did not start.
    """
    port = free_port()
    source = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH")]))
    options = (f"--port={port}", f"--latency-ms={latency_ms}")
    process = Process.start(
        [sys.executable, "-m", "crossroads.services.carriers", *options],
        name="carriers",
        env=os.environ | {"PYTHONPATH": path},
        cpus=cpus,
    )
    process.wait_until(lambda: get_status(port, "/health/", 5.0) == HTTPStatus.OK)
    return Carriers(f"http://127.0.0.1:{port}", [process])


def carriers_app(latency_ms: float) -> App:
    """Return the carriers as an ASGI application."""

    async def app(
        scope: Message,
        _receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        question = dict(parse_qsl(scope["query_string"].decode(errors="replace")))
        status, wait_ms, answer = _answer(scope["path"], question, latency_ms)
        await asyncio.sleep(wait_ms / 1000)
        body = json.dumps(answer).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def _answer(
    path: str, question: Mapping[str, str], latency_ms: float
) -> tuple[HTTPStatus, float, dict[str, object]]:
    """Return the status, how many ms to wait before it is sent, and the JSON."""
    if path == "/health/":
        return HTTPStatus.OK, 0, {"status": "ok"}
    match path.split("/"):
        case ["", "quotes", carrier, ""] if carrier in TARIFFS:
            tariff = TARIFFS[carrier]
        case _:
            return HTTPStatus.NOT_FOUND, 0, {"error": "known carriers: " + ", ".join(TARIFFS)}
    try:
        weight_g = int(question.get("weight_g", "1000"))
        wait_ms = float(question.get("latency_ms", latency_ms))
    except ValueError:
        weight_g, wait_ms = 0, 0.0
    if weight_g < 1 or not 0 <= wait_ms <= MAX_LATENCY_MS:
        error = f"weight_g is a whole number from 1, latency_ms one from 0 to {MAX_LATENCY_MS:g}"
        return HTTPStatus.BAD_REQUEST, 0, {"error": error}
    quote = {
        "carrier": carrier,
        "price_cents": tariff.price_cents(weight_g, question.get("country", "DE")),
        "days": tariff.days,
        "currency": "EUR",
    }
    return HTTPStatus.OK, wait_ms, quote


@click.command()
@click.option("--port", type=int, required=True)
@click.option("--latency-ms", type=click.FloatRange(0, MAX_LATENCY_MS), default=100.0)
def main(port: int, latency_ms: float) -> None:
    """Serve the five carriers on 127.0.0.1."""
    # Here, because only the process that serves needs the server.
    import uvicorn  # noqa: PLC0415

    uvicorn.run(
        carriers_app(latency_ms),
        port=port,
        lifespan="off",
        log_level="warning",
        access_log=False,
        # Longer than any client keeps one: the side that asks closes first.
        timeout_keep_alive=75,
    )


if __name__ == "__main__":
    main()

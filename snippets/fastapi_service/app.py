"""A FastAPI service that answers as the Django app does, so that the two can be compared."""

import json
import os
from secrets import compare_digest
from typing import Annotated

from config.process import describe_process
from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from psycopg_pool import AsyncConnectionPool, ConnectionPool
from routes.tours import plan


class SpacedJSON(JSONResponse):
    """JSON with the spaces that Django writes: the same bytes on the wire, the same work."""

    def render(self, content):
        return json.dumps(content).encode()


# --8<-- [start:service]
app = FastAPI(default_response_class=SpacedJSON)


@app.get("/health/")
def health():
    """Answer from one of a pool of threads, where blocking calls are allowed."""
    return {"status": "ok"}


@app.get("/health/async/")
async def health_async():
    """Answer on the event loop, where nothing may block."""
    return {"status": "ok"}


# --8<-- [end:service]


# --8<-- [start:plan]
Stops = Annotated[int, Query(ge=3, le=250)]


@app.get("/routes/plan/")
def plan_tour(stops: Stops = 170):
    """Plan in one of a pool of threads: the very function that the desk calls."""
    return plan(stops)


@app.get("/routes/plan/async/")
async def plan_tour_async(stops: Stops = 170):
    """Plan on the event loop. Nothing is awaited, so all others wait until it is done."""
    return plan(stops)


# --8<-- [end:plan]


# --8<-- [start:token]
Credentials = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


async def known(credentials: Credentials):
    """Refuse whoever does not send the desk's token. As a `def` it would go to a thread."""
    token = os.environ.get("DESK_TOKEN", "")
    is_right = compare_digest(credentials.credentials.encode(), token.encode())
    if not (is_right and token):
        raise HTTPException(401, "a bearer token is needed", {"WWW-Authenticate": "Bearer"})


# --8<-- [end:token]


# --8<-- [start:query]
QUERY = """SELECT number, status, name, city, country FROM parcels_parcel
    JOIN parcels_customer ON parcels_customer.id = customer_id WHERE number = %s"""

# As many connections as the desk's own pool has. They are opened with the first request.
options = {
    "conninfo": os.environ.get("DATABASE_URL", ""),
    "min_size": 4,
    "max_size": 8,
    "kwargs": {"autocommit": True},
    "open": False,
}
connections, async_connections = ConnectionPool(**options), AsyncConnectionPool(**options)


@app.get("/api/parcels/{number}/customer/", dependencies=[Depends(known)])
def parcel_customer(number: str):
    if connections.closed:
        connections.open()
    with connections.connection() as connection:
        return for_customer(connection.execute(QUERY, [number]).fetchone())


@app.get("/api/parcels/{number}/customer/async/", dependencies=[Depends(known)])
async def parcel_customer_async(number: str):
    if async_connections.closed:
        await async_connections.open()
    async with async_connections.connection() as connection:
        found = await connection.execute(QUERY, [number])
        return for_customer(await found.fetchone())


def for_customer(row):
    if row is None:
        raise HTTPException(404)
    number, status, name, city, country = row
    customer = {"name": name, "city": city, "country": country}
    return {"number": number, "status": status, "customer": customer}


# --8<-- [end:query]


@app.get("/process/")
async def process():
    return describe_process("asgi")

"""Take what scanners report, beside Django: no settings, no models, a database of its own."""

import os
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from psycopg import OperationalError
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from pydantic import AwareDatetime, BaseModel, Field
from tokens import who_may

# --8<-- [start:pool]
timeout_s = int(os.environ.get("SCANS_TIMEOUT_S") or 5)
# The bounds: connections of this process, the wait for one of them, and a statement's time.
pool = AsyncConnectionPool(
    os.environ["SCANS_DATABASE_URL"],
    min_size=1,
    max_size=int(os.environ.get("SCANS_POOL") or 10),
    timeout=timeout_s,
    kwargs={
        "autocommit": True,
        "connect_timeout": 5,
        "options": f"-c statement_timeout={timeout_s}s",
        "row_factory": dict_row,
    },
    open=False,  # it belongs to the event loop, which runs only later
)


@asynccontextmanager
async def lifespan(_app):
    async with pool:
        yield


# Without the schema there is no page at /docs, whose scripts come from another host.
app = FastAPI(lifespan=lifespan, openapi_url=None)


@app.exception_handler(OperationalError)
async def no_database(_request, _error):
    """Ask the scanner to try again: no connection came free, or the database is away."""
    return JSONResponse({"detail": "try again"}, 503, {"Retry-After": "5"})


# --8<-- [end:pool]


# --8<-- [start:contract]
Scanner, Desk = who_may("report"), who_may("collect")


class Scan(BaseModel):
    number: str = Field(pattern=r"^DX[0-9]{8}$")
    at: AwareDatetime
    place: str = Field(pattern=r"^[^\x00-\x1f]{1,80}$")


@app.post("/scans/", status_code=201)
async def report(scan: Scan, scanner: Scanner):
    """Keep a scan. What is sent twice is kept once, so a scanner may always send again."""
    insert = """INSERT INTO scans (number, at, place, scanner)
        VALUES (%(number)s, %(at)s, %(place)s, %(scanner)s) ON CONFLICT DO NOTHING"""
    async with pool.connection() as connection:
        await connection.execute(insert, {**scan.model_dump(), "scanner": scanner["scanner"]})


@app.get("/scans/")
async def waiting(_desk: Desk):
    """Return the oldest scans that nobody has taken over, at most 500."""
    async with pool.connection() as connection:
        found = await connection.execute("SELECT * FROM scans ORDER BY id LIMIT 500")
        return await found.fetchall()


@app.post("/scans/taken/")
async def taken(ids: list[int], _desk: Desk):
    """Forget what Django has stored. It says which, so nothing is forgotten that it never saw."""
    async with pool.connection() as connection:
        await connection.execute("DELETE FROM scans WHERE id = ANY(%s)", [ids])


# --8<-- [end:contract]


@app.get("/health/")
async def health():
    return {"status": "ok"}

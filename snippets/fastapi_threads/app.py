"""A FastAPI service whose endpoints wait in threads, and which tells how many of them are taken."""

import os
from contextlib import asynccontextmanager

import httpx
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI


# --8<-- [start:limit]
@asynccontextmanager
async def lifespan(_app):
    # 40 unless you say otherwise, for all that is `def` in this process.
    if threads := os.environ.get("THREADS"):
        current_default_thread_limiter().total_tokens = int(threads)
    yield


app = FastAPI(lifespan=lifespan)
# --8<-- [end:limit]

carriers = httpx.Client(base_url=os.environ["CARRIERS_URL"], timeout=60)


# --8<-- [start:endpoints]
@app.get("/rates/{carrier}/")
def rate(carrier: str):
    """Wait for a carrier in a thread of the pool."""
    return carriers.get(f"/quotes/{carrier}").json()


@app.get("/health/")
def health():
    """Need a thread as well, if only for a moment: this waits when all are taken."""
    return {"status": "ok"}


@app.get("/threads/")
async def threads():
    """Need none: the event loop answers."""
    pool = current_default_thread_limiter().statistics()
    return {"taken": pool.borrowed_tokens, "queue": pool.tasks_waiting}


# --8<-- [end:endpoints]

"""A FastAPI service that answers as the Django app does, so that the two can be compared."""

import json
from typing import Annotated

from config.process import describe_process
from fastapi import FastAPI, Query
from fastapi.responses import JSONResponse
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


@app.get("/process/")
async def process():
    return describe_process("asgi")

"""A FastAPI service that answers as the Django app does, so that the two can be compared."""

import json

from config.process import describe_process
from fastapi import FastAPI
from fastapi.responses import JSONResponse


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


@app.get("/process/")
async def process():
    return describe_process("asgi")

"""The floor for WSGI: the least that a server can be asked for, without any framework."""

import json

from config.process import describe_process

ANSWERS = {
    "/health/": lambda: {"status": "ok"},
    "/process/": lambda: describe_process("wsgi"),
}


# --8<-- [start:application]
def application(environ, start_response):
    answer = ANSWERS.get(environ["PATH_INFO"])
    status = "200 OK" if answer else "404 Not Found"
    body = json.dumps(answer() if answer else {"error": "not found"}).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]


# --8<-- [end:application]

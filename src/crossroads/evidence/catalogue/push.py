"""What the server sends by itself: polling, streams, sockets."""

from crossroads.evidence.model import Evidence, Quantity, Tested, unproven

CLAIMS = (
    Evidence(
        id="sse-resume",
        claim="With Last-Event-ID a client that was cut off gets every event that it missed.",
        proof=Tested(
            quantities=(
                Quantity(name="missed", says="events while the server of the stream was away"),
                Quantity(name="got", says="of those, sent when the client was back"),
            )
        ),
        depends=("django", "uvicorn"),
    ),
    Evidence(
        id="gzip-sse",
        claim="GZipMiddleware compresses an event stream and holds no event back, from an async "
        "iterator under ASGI and from a sync one under WSGI.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="asgi", says="events read before the last was made, ASGI", unit="events"
                ),
                Quantity(
                    name="wsgi", says="events read before the last was made, WSGI", unit="events"
                ),
            )
        ),
        depends=("django", "uvicorn", "gunicorn"),
    ),
    Evidence(
        id="sse-listen",
        claim="One listener for each process serves all of its streams; a listener for each client "
        "costs a connection for each.",
        proof=Tested(
            quantities=(
                Quantity(name="streams", says="open streams of a process", unit="streams"),
                Quantity(
                    name="shared",
                    says="connections that listen for them, one for the process",
                    unit="connections",
                ),
                Quantity(
                    name="own",
                    says="connections that listen where each stream does so itself",
                    unit="connections",
                ),
            )
        ),
        depends=("django", "uvicorn", "redis"),
    ),
    Evidence(
        id="channels-loss",
        claim="Messages beyond the capacity of a channel layer are dropped, and the sender is not "
        "told; the layer on Redis pub/sub has no capacity.",
        proof=Tested(
            quantities=(
                Quantity(
                    name="sent", says="messages sent to a group that reads none", unit="messages"
                ),
                Quantity(
                    name="arrived", says="that arrived through the core layer", unit="messages"
                ),
                Quantity(
                    name="pubsub", says="that arrived through the pub/sub layer", unit="messages"
                ),
            )
        ),
        depends=("channels", "channels-redis"),
    ),
    Evidence(
        id="channels-thread",
        claim="All sync work of all consumers of a process runs in one thread, one piece after "
        "another, unless the application gives their sockets threads of their own.",
        proof=Tested(
            quantities=(
                Quantity(name="sockets", says="sockets with a message each", unit="sockets"),
                Quantity(name="threads", says="threads that did their work", unit="threads"),
                Quantity(
                    name="spread",
                    says="threads that did it with the sockets spread over them",
                    unit="threads",
                ),
            )
        ),
        depends=("channels", "asgiref"),
    ),
    Evidence(
        id="ws-token",
        claim="The relay lets in only who has a token that Django signed, for as long as it is "
        "valid.",
        proof=Tested(),
        depends=(),
    ),
    unproven(
        "poll",
        "An answer that nothing is new costs a small part of the page that it saves.",
        "cells with clients that poll",
    ),
    unproven(
        "push-latency",
        "A message that is pushed comes at once; one that is polled for comes half an interval "
        "late on average.",
        "cells that time a message from the event to the client",
    ),
    unproven(
        "sse-memory",
        "An open event stream costs tens of kilobytes of the server's memory.",
        "cells with many silent streams",
    ),
    unproven(
        "channels-memory",
        "An open WebSocket of Channels costs tens of kilobytes of the server's memory.",
        "cells with many silent sockets",
    ),
    unproven(
        "ws-memory",
        "An open socket of a separate relay costs less memory than one of Channels.",
        "cells with many silent sockets",
    ),
)

"""A stream, asked in parts, and a client who leaves in the middle of it."""

import asyncio

from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application
from django.http import HttpResponse, StreamingHttpResponse
from django.test import SimpleTestCase, TransactionTestCase, override_settings
from django.urls import path
from parcels.models import Depot

left = []


# --8<-- [start:stream]
async def ticks(request):
    async def parts():
        try:
            for number in range(1000):
                yield f"{number}\n"
                await asyncio.sleep(0.01)
        finally:
            left.append(number)  # what must be cleaned up when the client is gone

    return StreamingHttpResponse(parts(), content_type="text/plain")


urlpatterns = [path("ticks/", ticks)]
# --8<-- [end:stream]


# --8<-- [start:read-some]
@override_settings(ROOT_URLCONF=__name__)
class Stream(SimpleTestCase):
    async def test_the_first_parts_come_before_the_last(self):
        answer = await self.async_client.get("/ticks/")
        parts = aiter(answer)

        self.assertEqual([await anext(parts), await anext(parts)], [b"0\n", b"1\n"])


# --8<-- [end:read-some]


# --8<-- [start:disconnect]
@override_settings(ROOT_URLCONF=__name__)
class Disconnect(SimpleTestCase):
    async def test_the_stream_ends_when_its_client_leaves(self):
        left.clear()
        host = (b"host", b"testserver")
        scope = {"type": "http", "method": "GET", "path": "/ticks/", "headers": [host]}
        server = ApplicationCommunicator(get_asgi_application(), scope)
        await server.send_input({"type": "http.request"})
        head = await server.receive_output(timeout=10)
        self.assertEqual(head["status"], 200)
        part = await server.receive_output(timeout=10)
        self.assertEqual(part["body"], b"0\n")

        await server.send_input({"type": "http.disconnect"})
        await server.wait(timeout=10)

        self.assertLess(left.pop(), 999)  # `finally` ran, long before the end


# --8<-- [end:disconnect]


# --8<-- [start:own-thread]
async def how_many(request):
    return HttpResponse(await Depot.objects.acount())


urlpatterns += [path("depots/", how_many)]


@override_settings(ROOT_URLCONF=__name__)
class OwnThread(TransactionTestCase):
    """The request has a thread of its own here, so it sees only what is committed."""

    async def test_the_request_sees_the_committed_rows(self):
        await Depot.objects.acreate(name="Hamburg 1", city="Hamburg")
        host = (b"host", b"testserver")
        scope = {"type": "http", "method": "GET", "path": "/depots/", "headers": [host]}
        server = ApplicationCommunicator(get_asgi_application(), scope)
        await server.send_input({"type": "http.request"})

        await server.receive_output(timeout=10)  # the head
        self.assertEqual((await server.receive_output(timeout=10))["body"], b"1")
        await server.wait(timeout=10)


# --8<-- [end:own-thread]

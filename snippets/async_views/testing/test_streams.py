"""A stream, asked in parts, and a client who leaves in the middle of it."""

import asyncio

from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application
from django.http import StreamingHttpResponse
from django.test import SimpleTestCase, override_settings
from django.urls import path

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

"""The same view, asked in each way that a test can ask it."""

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.test import AsyncRequestFactory, TestCase
from rates.views import one_carrier_async


# --8<-- [start:clients]
class EachClient(TestCase):
    def test_client_asks_as_a_wsgi_server_would(self):
        answer = self.client.get("/rates/one/async/")

        self.assertEqual(answer.status_code, 200)
        self.assertIsInstance(answer.wsgi_request, WSGIRequest)

    async def test_async_client_asks_with_an_asgi_request(self):
        answer = await self.async_client.get("/rates/one/async/", headers={"accept": "*/*"})

        self.assertEqual(answer.status_code, 200)
        self.assertIsInstance(answer.asgi_request, ASGIRequest)

    async def test_the_factory_asks_the_view_alone(self):
        request = AsyncRequestFactory().get("/anything/", query_params={"carrier": "swift"})

        answer = await one_carrier_async(request)  # no middleware, no URLs

        self.assertContains(answer, "swift")


# --8<-- [end:clients]


# --8<-- [start:wrong-client]
class WrongClient(TestCase):
    async def test_the_sync_client_has_no_place_in_an_async_test(self):
        with self.assertRaisesMessage(RuntimeError, "just await the async function"):
            self.client.get("/rates/one/async/")


# --8<-- [end:wrong-client]

import pytest


@pytest.mark.parametrize("path", ["/health/", "/health/async/"])
def test_the_health_page_has_the_same_bytes_everywhere(get, path):
    answer = get(path)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.content == b'{"status": "ok"}'


@pytest.mark.parametrize("path", ["/health/", "/health/async/"])
def test_a_load_balancer_may_ask_without_tls(get, path, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^health/"]
    assert get("/desk/").status_code == 301
    assert get(path).status_code == 200

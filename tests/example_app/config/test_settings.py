import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

KEY = "abcdefghijklmnopqrstuvwxyz-0123456789-abcdefghijklmnopqrstuvwxyz"
DEPLOYED = {"DJANGO_SECRET_KEY": KEY, "DJANGO_ALLOWED_HOSTS": "desk.example.com"}


@pytest.fixture
def settings_for(monkeypatch, example_app):
    """Return a function that reads the settings as a process with this environment would."""

    def read(**environment):
        for name in _names_read(example_app):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(example_app / "config" / "settings.py"))

    return read


def _names_read(example_app: Path) -> set[str]:
    source = (example_app / "config" / "settings.py").read_text()
    return {*re.findall(r'(?:environ\.get|is_on)\(\s*"(\w+)"', source), "DATABASE_URL"}


def _manage(example_app: Path, *arguments: str, **environment: str):
    outside = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT") if key in os.environ}
    return subprocess.run(
        [sys.executable, "-W", "error", example_app / "manage.py", *arguments],
        env=outside | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_key_the_desk_refuses_to_start_and_says_what_to_set(settings_for):
    with pytest.raises(ImproperlyConfigured, match=r"DJANGO_SECRET_KEY is not set.*DJANGO_DEBUG=1"):
        settings_for()


def test_development_needs_no_key(settings_for):
    assert settings_for(DJANGO_DEBUG="1")["DEBUG"]


def test_debug_is_off_unless_it_is_asked_for(settings_for):
    assert not settings_for(DJANGO_SECRET_KEY=KEY)["DEBUG"]


def test_the_deployment_check_has_nothing_to_say(example_app):
    checked = _manage(example_app, "check", "--deploy", "--fail-level", "INFO", **DEPLOYED)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "no issues (0 silenced)" in checked.stdout


def test_the_deployment_check_notices_plain_http(example_app):
    checked = _manage(
        example_app,
        "check",
        "--deploy",
        "--fail-level",
        "INFO",
        DJANGO_INSECURE_HTTP="1",
        **DEPLOYED,
    )
    assert checked.returncode == 1
    assert "SECURE_SSL_REDIRECT" in checked.stderr


def test_every_change_of_a_model_has_its_migration(example_app):
    made = _manage(example_app, "makemigrations", "--check", "--dry-run", **DEPLOYED)
    assert (made.returncode, made.stdout) == (0, "No changes detected\n")


def test_the_start_commands_of_a_developer_work(example_app, tmp_path):
    development = {"DJANGO_DEBUG": "1", "DATABASE_URL": f"sqlite:///{tmp_path / 'desk.sqlite3'}"}
    for command in ("migrate", "load_desk", "check"):
        done = _manage(example_app, command, **development)
        assert (done.returncode, done.stderr) == (0, "")


def test_the_hosts_are_those_of_the_environment(settings_for):
    settings = settings_for(DJANGO_SECRET_KEY=KEY, DJANGO_ALLOWED_HOSTS="a.example, b.example,")
    assert settings["ALLOWED_HOSTS"] == ["a.example", "b.example"]


def test_no_host_is_allowed_by_default(settings_for):
    assert settings_for(DJANGO_SECRET_KEY=KEY)["ALLOWED_HOSTS"] == []


def test_the_seven_middleware_of_startproject_are_on(settings_for):
    assert len(settings_for(**DEPLOYED)["MIDDLEWARE"]) == 7


def test_the_benchmark_can_empty_the_middleware(settings_for):
    assert settings_for(BENCH_NO_MIDDLEWARE="1", **DEPLOYED)["MIDDLEWARE"] == []


def test_the_database_is_a_sqlite_file_by_default(settings_for, example_app):
    database = settings_for(**DEPLOYED)["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.sqlite3"
    assert Path(database["NAME"]) == example_app / "desk.sqlite3"


def test_a_pool_size_makes_a_pool_of_that_size(settings_for):
    url = "postgresql://desk@127.0.0.1/desk"
    settings = settings_for(DATABASE_URL=url, DATABASE_POOL="2", **DEPLOYED)
    options = settings["DATABASES"]["default"]["OPTIONS"]
    assert options["pool"] == {"min_size": 2, "max_size": 2, "timeout": 10}
    assert settings["DATABASES"]["default"]["CONN_MAX_AGE"] == 0


def test_the_environment_says_how_long_a_connection_is_kept(settings_for):
    kept = settings_for(DATABASE_CONN_MAX_AGE="60", **DEPLOYED)["DATABASES"]["default"]
    assert kept["CONN_MAX_AGE"] == 60


def test_without_a_pool_size_there_is_no_pool(settings_for):
    settings = settings_for(DATABASE_URL="postgresql://desk@127.0.0.1/desk", **DEPLOYED)
    assert settings["DATABASES"]["default"]["OPTIONS"] == {"connect_timeout": 5}


def test_sqlite_takes_no_notice_of_a_pool_size(settings_for):
    settings = settings_for(DATABASE_POOL="8", **DEPLOYED)
    assert "pool" not in settings["DATABASES"]["default"].get("OPTIONS", {})


def test_the_cache_is_redis_when_there_is_one(settings_for):
    settings = settings_for(REDIS_URL="redis://127.0.0.1:6379/0", **DEPLOYED)
    assert settings["CACHES"]["default"]["LOCATION"] == "redis://127.0.0.1:6379/0"


def test_a_proxy_is_believed_only_when_it_is_announced(settings_for):
    assert "SECURE_PROXY_SSL_HEADER" not in settings_for(**DEPLOYED)
    assert "SECURE_PROXY_SSL_HEADER" in settings_for(DJANGO_BEHIND_PROXY="1", **DEPLOYED)


def test_a_deployment_sends_all_but_the_health_page_to_https(settings_for):
    settings = settings_for(**DEPLOYED)
    assert settings["SECURE_SSL_REDIRECT"]
    assert settings["SECURE_REDIRECT_EXEMPT"] == [r"^health/"]

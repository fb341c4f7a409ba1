"""Django configured once, and the desk's data on SQLite and on PostgreSQL."""

import os
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import dj_database_url
import django
import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.utils import ConnectionHandler
from django.http import HttpResponse
from django.test import AsyncClient, Client, override_settings
from django.test.signals import setting_changed
from django.test.utils import setup_test_environment, teardown_test_environment

ENVIRONMENT = {
    "CARRIER_LATENCY_MS": "1",
    "DATABASE_URL": "sqlite://:memory:",
    "DESK_TOKEN": "only-for-tests",
    "DJANGO_INSECURE_HTTP": "1",
    "DJANGO_SECRET_KEY": "only-for-tests",
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "SHOW_PROCESS": "1",
}
FOREIGN = ("BENCH_NO_MIDDLEWARE", "CARRIERS_URL", "DATABASE_POOL", "DJANGO_DEBUG", "REDIS_URL")

# Tests of other parts start processes that inherit our environment: it stays as it was.
with pytest.MonkeyPatch.context() as environment:
    for name in FOREIGN:
        environment.delenv(name, raising=False)
    for name, value in ENVIRONMENT.items():
        environment.setenv(name, value)
    django.setup()

type Get = Callable[..., HttpResponse]
type Database = dict[str, object]


@pytest.fixture(scope="session", autouse=True)
def _test_environment() -> Iterator[None]:
    setup_test_environment()
    yield
    teardown_test_environment()
    _use(NOWHERE)


@pytest.fixture(params=["wsgi", "asgi"])
def get(request: pytest.FixtureRequest) -> Get:
    """Return a function that asks for an address as a server of either kind would."""
    ask = Client().get if request.param == "wsgi" else async_to_sync(AsyncClient().get)

    def get(path: str, **headers: str) -> HttpResponse:
        return ask(path, headers=headers)

    return get


class Settings:
    """Django's settings; who keeps something made of one is told when a test sets it."""

    def __getattr__(self, name: str) -> object:
        return getattr(django_settings, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(django_settings, name, value)
        vars(self)[name] = value
        self.tell(name, is_set=True)

    def tell(self, name: str, *, is_set: bool) -> None:
        value = getattr(django_settings, name, None)
        setting_changed.send(Settings, setting=name, value=value, enter=is_set)


@pytest.fixture
def settings() -> Iterator[Settings]:
    """Give Django's settings; what a test sets on them is taken back."""
    given = Settings()
    with override_settings():
        yield given
    for name in vars(given):
        given.tell(name, is_set=False)


@pytest.fixture(scope="session")
def sqlite_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("desk") / "desk.sqlite3"
    yield from _loaded(f"sqlite:///{path}", test_name=str(path))


@pytest.fixture(scope="session")
def postgresql_desk(postgres: object) -> Iterator[Database]:
    yield from _loaded(postgres.url, test_name=f"desk_{os.getpid()}")


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest) -> Iterator[None]:
    """Give the desk with its 500 parcels; what a test changes is rolled back."""
    _use(request.getfixturevalue(f"{request.param}_desk"))
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    _use(NOWHERE)


@pytest.fixture(scope="session")
def example_app() -> Path:
    return Path(__file__).parents[2] / "example_app"


def _loaded(url: str, test_name: str) -> Iterator[Database]:
    database = _complete({**dj_database_url.parse(url), "TEST": {"NAME": test_name}})
    own_name = database["NAME"]
    _use(database)
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    call_command("load_desk", stdout=StringIO())
    _use(NOWHERE)
    yield database
    _use(database)
    connection.creation.destroy_test_db(own_name, verbosity=0)
    _use(NOWHERE)


def _use(database: Database) -> None:
    """Make this the app's only database. Another thread that connects gets it as well."""
    before = connections["default"]
    before.close()
    if before.connection is not None:  # Django leaves one in memory open, as it would be lost
        before.connection.close()
    del connections["default"]
    connections.settings["default"] = database


def _complete(database: Database) -> Database:
    return ConnectionHandler({"default": database}).settings["default"]


NOWHERE = connections.settings["default"]

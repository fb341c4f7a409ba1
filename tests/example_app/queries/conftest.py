"""The desk with enough parcels that PostgreSQL chooses its plans as it would in production."""

import os
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connections

MANY = 30_000
# Copies of the parcels that are there, each with a number and a moment of its own.
COPY = """
    INSERT INTO parcels_parcel (number, customer_id, depot_id, carrier, weight_g, status, created)
    SELECT 'DY' || n, customer_id, depot_id, carrier, weight_g, status,
           created + n * interval '1 minute'
    FROM generate_series(501, %s) AS n
    JOIN parcels_parcel ON number = 'DX' || lpad((n %% 500)::text, 8, '0')
"""


@pytest.fixture(scope="module")
def large_database(postgres, postgresql_desk):
    """Return the settings of a PostgreSQL database with 30,000 parcels."""
    name = f"large_desk_{os.getpid()}"
    source = postgresql_desk["TEST"]["NAME"]
    with psycopg.connect(postgres.url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {source}")
        with psycopg.connect(urlsplit(postgres.url)._replace(path=f"/{name}").geturl()) as large:
            large.execute(COPY, [MANY])
            large.execute("ANALYZE")
        yield {**postgresql_desk, "NAME": name}
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def large_desk(large_database):
    """Give the desk with 30,000 parcels; nothing is rolled back."""
    before = connections.settings["default"]
    _use(large_database)
    yield
    _use(before)


def _use(database):
    connections["default"].close()
    del connections["default"]
    connections.settings["default"] = database

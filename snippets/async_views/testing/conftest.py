"""Django's test classes under pytest, without a plugin: what `manage.py test` does around them."""

# --8<-- [start:conftest]
import os

import django
import pytest
from django.test.utils import get_runner


def pytest_configure():
    # Before any test file is imported, for it imports models.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()


@pytest.fixture(scope="session", autouse=True)
def databases():
    from django.conf import settings

    runner = get_runner(settings)(verbosity=0, interactive=False)
    runner.setup_test_environment()
    made = runner.setup_databases()
    yield
    runner.teardown_databases(made)
    runner.teardown_test_environment()


# --8<-- [end:conftest]

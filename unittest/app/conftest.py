"""Sets Django up, which takes two seconds, only for the tests that need it."""

import os

import django
import pytest
from pytest_django.plugin import DjangoDbBlocker

os.environ["DJANGO_SETTINGS_MODULE"] = "pulpcore.app.settings"
django.setup()


@pytest.fixture(scope="session", autouse=True)
def _no_database_without_a_mark(django_db_blocker: DjangoDbBlocker) -> None:
    """As pytest-django does where it sets Django up itself."""
    django_db_blocker.block()

"""The database the other unit tests stand on."""

import pytest


@pytest.mark.django_db
def test_the_database_is_migrated() -> None:
    """A test with the mark finds Pulp's tables, and the default domain in them."""
    from pulpcore.plugin.models import Domain

    assert Domain.objects.get().name == "default"


def test_a_database_of_its_own_takes_commits(own_database: str) -> None:
    """What a test commits in `own_database` is there for other connections."""
    from django.db import connection

    from pulpcore.plugin.models import Domain

    Domain.objects.create(
        name="other", storage_class="pulpcore.app.models.storage.FileSystem", storage_settings={}
    )
    connection.close()

    assert set(Domain.objects.values_list("name", flat=True)) == {"default", "other"}
    assert connection.settings_dict["NAME"] == own_database

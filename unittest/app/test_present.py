"""What a task was given by its key."""

from uuid import uuid4

import pytest

from pulpcore.plugin.models import RepositoryVersion

from pulp_pyindex.app.exceptions import Gone
from pulp_pyindex.app.models import PyindexRepository
from pulp_pyindex.app.tasks.present import present
from pulp_pyindex.app.tasks.promote import promote

pytestmark = pytest.mark.django_db


def test_what_is_gone_is_told_by_what_it_was() -> None:
    """A promotion says whether its source or its target was deleted."""
    repository = PyindexRepository.objects.create(name="here", autopublish=False)
    assert present(PyindexRepository.objects.all(), repository.pk) == repository
    with pytest.raises(Gone, match="The repository version of this order was deleted"):
        promote(repository_pk=str(repository.pk), source_pk=str(uuid4()))
    version = RepositoryVersion.objects.get(repository=repository)
    with pytest.raises(Gone, match=r"\[PYI015\] The repository of this order"):
        promote(repository_pk=str(uuid4()), source_pk=str(version.pk))

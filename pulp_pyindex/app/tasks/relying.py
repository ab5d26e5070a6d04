"""What an index answers from is not taken from under it where other indexes would step in.

Pulp lets go of a deleted repository or publication: the distribution stays and has nothing. Names
that were its own would then be looked for in what is behind it. Versions that are served are
protected anyhow.
"""

from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from pulp_pyindex.app.exceptions import ReliedUpon
from pulp_pyindex.app.models import (
    PyindexDistribution,
    PyindexPublication,
    PyindexRepository,
    PyindexUpload,
)


@receiver(pre_delete, sender=PyindexRepository, dispatch_uid="pyindex-relying-repository")
def _repository(instance: Any, **_: Any) -> None:
    served = PyindexDistribution.objects.filter(
        Q(repository_id=instance.pk)
        | Q(repository_version__repository_id=instance.pk)
        | Q(publication__repository_version__repository_id=instance.pk)
    )
    # What only passed through was not its own.
    has_own = PyindexUpload.objects.filter(repository=instance, state="committed").exists()
    _refuse(f"repository {instance.name!r}", served, and_remotes=has_own)


@receiver(pre_delete, sender=PyindexPublication, dispatch_uid="pyindex-relying-publication")
def _publication(instance: Any, **_: Any) -> None:
    served = PyindexDistribution.objects.filter(publication_id=instance.pk)
    _refuse("publication", served)


def _refuse(what: str, served: QuerySet[PyindexDistribution], *, and_remotes: bool = False) -> None:
    """Raise ReliedUpon if one of the distributions is a base, or has something behind it."""
    merged = Q(base_rows__isnull=False) | Q(above__isnull=False)
    if and_remotes:
        merged |= Q(remote__isnull=False)
    name = served.filter(merged).values_list("name", flat=True).first()
    if name is not None:
        raise ReliedUpon(what, name)

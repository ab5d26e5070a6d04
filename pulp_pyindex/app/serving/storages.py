"""Where a domain's artifacts are: on a local disk, or behind Django's storage API."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from pulpcore.plugin.models import Domain

_FRESH = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A domain's storage."""

    storage: Any
    #: Clients are sent to the object storage itself.
    redirects: bool

    def path(self, name: str) -> Path | None:
        """The path of an artifact on a local disk; None for other storages."""
        try:
            return Path(self.storage.path(name))
        except NotImplementedError:
            return None


_shelves: dict[UUID, tuple[float, Shelf]] = {}


def shelf(domain_pk: UUID) -> Shelf:
    """The storage of a domain. Asks the database, every few seconds at most."""
    known = _shelves.get(domain_pk)
    now = time.monotonic()
    if known is not None and now - known[0] < _FRESH:
        return known[1]
    domain = Domain.objects.get(pk=domain_pk)
    storage = domain.get_storage()
    found = Shelf(storage=storage, redirects=bool(domain.redirect_to_object_storage))
    _shelves[domain_pk] = (now, found)
    return found

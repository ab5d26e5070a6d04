"""What a task was given by its key, and may be gone by now."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from pulp_pyindex.app.exceptions import Gone

M = TypeVar("M", bound=Model)


def present(rows: QuerySet[M], pk: str | UUID) -> M:
    """The row of that key. Raises Gone where it was deleted while the task waited for its turn."""
    try:
        return rows.get(pk=pk)
    except rows.model.DoesNotExist as error:
        raise Gone(str(rows.model._meta.verbose_name).removeprefix("pyindex ")) from error

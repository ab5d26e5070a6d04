"""What a REST client gets for an error of the index room."""

from __future__ import annotations

from rest_framework.exceptions import ValidationError

from pulp_pyindex.index.errors import InvalidWanted, PyindexError


def refusal(error: PyindexError) -> ValidationError:
    """What a REST client gets for an error of the index room; nowhere else is one made of it.

    Where the error knows its field, it is found under that field.
    """
    if isinstance(error, InvalidWanted):
        return ValidationError({error.field: [str(error)]})
    return ValidationError([str(error)])

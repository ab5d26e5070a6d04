"""Values that PostgreSQL cannot take, told as what they are: mistakes of the request."""

from __future__ import annotations

from django.db import DataError
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response


class ValuesMixin:
    """Answers 400 where a filter, a limit or a field holds what the database refuses.

    A regular expression that is none, say, or a number past all bounds: Pulp's own filters and
    fields pass them on, and would answer 500.
    """

    def handle_exception(self, error: Exception) -> Response:
        """The answer to what was raised while a request was answered."""
        if isinstance(error, DataError | OverflowError):
            told = str(error).partition("\n")[0]
            error = ValidationError(f"A value of the request cannot be used: {told}.")
        answer: Response = super().handle_exception(error)  # type: ignore[misc]  # the view's
        return answer

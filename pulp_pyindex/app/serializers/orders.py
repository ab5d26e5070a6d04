"""What actions are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

#: What a form of Pulp's own pages adds.
_OF_FORMS = frozenset({"csrfmiddlewaretoken"})


class OrderSerializer(serializers.Serializer[Any]):
    """An order, or an entry of one. What it does not know is refused.

    A misspelt `release` would otherwise yank a whole project, a misspelt `dry_run` would do it.
    """

    def to_internal_value(self, data: Any) -> Any:
        """Look for what is not known first."""
        if isinstance(data, Mapping):
            unknown = sorted(set(map(str, data)) - set(self.fields) - _OF_FORMS)
            if unknown:
                said = f"There is no such field; there are {', '.join(self.fields)}."
                raise serializers.ValidationError({name: [said] for name in unknown})
        return super().to_internal_value(data)

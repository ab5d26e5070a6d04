"""Objects that are named by their address, where something else is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from rest_framework.relations import ManyRelatedField, RelatedField
from rest_framework.serializers import ValidationError


class AddressesMixin:
    """Refuses what is no text, or no address, in fields that name objects.

    Pulp's and REST framework's own fields take it for an href, and end in an error of the server.
    """

    def to_internal_value(self, data: Any) -> Any:
        """Look at the fields that name objects first."""
        if isinstance(data, Mapping):
            fields: Any = self.fields.values()  # type: ignore[attr-defined]  # the serializer's
            wrong = dict(_wrong(data, (field for field in fields if not field.read_only)))
            if wrong:
                raise ValidationError(wrong)
        return super().to_internal_value(data)  # type: ignore[misc]  # the serializer's


def _wrong(data: Mapping[str, Any], fields: Iterable[Any]) -> Iterable[tuple[str, list[str]]]:
    for field in fields:
        given = data.get(field.field_name)
        if isinstance(field, ManyRelatedField) and isinstance(given, list):
            said = [f"[{place}]: {_NO}" for place, one in enumerate(given) if not _is_address(one)]
        elif isinstance(field, RelatedField) and given is not None and not _is_address(given):
            said = [_NO]
        else:
            continue
        if said:
            yield field.field_name, said


_NO = "This is not an address: give the `pulp_href` or `prn` of an object."


def _is_address(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        urlsplit(value)
    except ValueError:
        return False
    return True

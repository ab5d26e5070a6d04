"""Fields of serializers that Django REST framework has no fast or exact form of."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


class EntriesField(serializers.ListField):
    """A list of texts that may have 50,000 of them.

    Entries are stripped and must not be blank. They are looked at in one pass; the framework's
    own list runs every validator of its child on every entry, which takes seconds.
    """

    child = serializers.CharField()

    def run_child_validation(self, data: list[Any]) -> list[str]:
        entries = []
        errors = {}
        for position, entry in enumerate(data):
            if not isinstance(entry, str) or "\0" in entry or not (entry := entry.strip()):
                errors[position] = ["A text that is not blank is needed."]
            else:
                entries.append(entry)
        if errors:
            raise serializers.ValidationError(errors)
        return entries

    def to_representation(self, data: list[str]) -> list[str]:
        return list(data)


@extend_schema_field(OpenApiTypes.OBJECT)
class JSONObjectField(serializers.JSONField):
    """A JSON object; the schema says so, where the framework's field says `any`."""

"""What the OpenAPI schema says of actions."""

from __future__ import annotations

from typing import Any

from rest_framework.settings import api_settings

_PulpSchema: Any = api_settings.DEFAULT_SCHEMA_CLASS


class TrueSchema(_PulpSchema):
    """Of an action that makes nothing: 200, as it declares.

    Pulp's own takes every POST to a viewset that can create something for a creation.
    """

    def _get_response_bodies(self, *args: Any, **kwargs: Any) -> Any:
        told = super()._get_response_bodies(*args, **kwargs)
        declared = {str(code) for code in self.get_response_serializers()}
        if "200" in declared and "201" not in declared:
            told["200"] = told.pop("201")
        return told

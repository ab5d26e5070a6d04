"""Help texts for the fields that pulpcore's serializers leave without one."""

from __future__ import annotations

from typing import Any

_HELP = {
    "pulp_href": "Address of this object.",
    "pulp_labels": "Labels: texts by key, yours to choose.",
    "versions_href": "Address of the list of versions.",
    "latest_version_href": "Address of the newest version.",
    "vuln_report": "Address of the report on known vulnerabilities; null where there is none.",
    "repository_version": "The repository version that is, or is to be, published.",
}

#: Where pulpcore's own text says less than it could.
_BETTER = {
    "artifacts": "The stored files, the METADATA of a wheel among them: name to the artifact's "
    "address, null while its bytes are not here.",
}


class DescribedMixin:
    """Describes inherited fields, so that the OpenAPI schema has a text for each field."""

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()  # type: ignore[misc]  # the serializer's
        for name, text in _HELP.items():
            field = fields.get(name)
            if field is not None and not field.help_text:
                field.help_text = text
        for name in _BETTER.keys() & fields.keys():
            fields[name].help_text = _BETTER[name]
        return fields

"""What METADATA and PKG-INFO say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packaging.metadata import parse_email

from pulp_pyindex.index.errors import InvalidMetadata

#: packaging's names → those of the JSON form (PEP 566), where they differ.
_JSON_NAMES = {
    "platforms": "platform",
    "supported_platforms": "supported_platform",
    "classifiers": "classifier",
    "license_files": "license_file",
    "import_names": "import_name",
    "import_namespaces": "import_namespace",
}
#: What must be read if it is there, as it decides about releases and installations.
_DECISIVE = ("metadata-version", "name", "version", "requires-python")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreMetadata:
    """Core metadata as it is written, not validated any further."""

    name: str
    version: str
    requires_python: str | None
    #: Everything, by its name in PEP 566's JSON form (`requires_dist`, `project_url`, …): text, or
    #: a list of texts. Can be kept as JSON.
    fields: Mapping[str, str | list[str]]


def parse(metadata: bytes, filename: str) -> CoreMetadata:
    """Read the METADATA or PKG-INFO of `filename`; raises InvalidMetadata."""
    try:
        raw, unparsed = parse_email(metadata)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as e:
        raise InvalidMetadata(filename, f"its metadata cannot be read: {e}") from e
    for field in _DECISIVE:
        if field in unparsed:
            reason = f"its metadata has a {field} that cannot be read, or more than one"
            raise InvalidMetadata(filename, reason)
    fields: dict[str, str | list[str]] = {}
    for name, value in sorted(raw.items()):
        if name == "project_urls":
            assert isinstance(value, dict)
            fields["project_url"] = [f"{_text(k)}, {_text(v)}" for k, v in value.items()]
        else:
            fields[_JSON_NAMES.get(name, name)] = _plain(value)
    texts = [fields.get(name) for name in ("name", "version")]
    for name, text in zip(("Name", "Version"), texts, strict=True):
        if not isinstance(text, str) or not text.strip():
            raise InvalidMetadata(filename, f"its metadata has no {name}")
    requires_python = raw.get("requires_python")
    return CoreMetadata(
        name=str(texts[0]).strip(),
        version=str(texts[1]).strip(),
        requires_python=_text(requires_python) if requires_python else None,
        fields=fields,
    )


def _plain(value: Any) -> str | list[str]:
    return [_text(item) for item in value] if isinstance(value, list) else _text(value)


def _text(value: Any) -> str:
    # Neither NUL nor half a surrogate pair can be kept in PostgreSQL's JSON.
    text = str(value).replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text.encode("utf-8", "replace").decode()

"""PEP 740 provenance objects: is this one at all? Signatures are not looked at here."""

from __future__ import annotations

from typing import Any

import msgspec

from pulp_pyindex.index.errors import InvalidProvenance

#: Real ones have 5 to 50 kB.
MAX_SIZE = 4 * 1024 * 1024


class _Envelope(msgspec.Struct):
    statement: str
    signature: str


class _Attestation(msgspec.Struct):
    version: int
    verification_material: dict[str, Any]
    envelope: _Envelope


class _Publisher(msgspec.Struct):
    kind: str


class _Bundle(msgspec.Struct):
    publisher: _Publisher
    attestations: list[_Attestation]


class _Provenance(msgspec.Struct):
    version: int
    attestation_bundles: list[_Bundle]


_decoder = msgspec.json.Decoder(_Provenance)


def check(document: bytes, filename: str) -> str:
    """The document as text, verbatim, if it is a provenance object; raises InvalidProvenance."""
    if len(document) > MAX_SIZE:
        raise InvalidProvenance(filename, f"longer than {MAX_SIZE} bytes")
    try:
        provenance = _decoder.decode(document)
        text = document.decode()
    except msgspec.ValidationError as e:
        raise InvalidProvenance(filename, f"not a provenance object: {e}") from e
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:
        raise InvalidProvenance(filename, f"broken JSON: {e}") from e
    versions = {provenance.version}
    for bundle in provenance.attestation_bundles:
        versions.update(attestation.version for attestation in bundle.attestations)
        if not bundle.attestations:
            raise InvalidProvenance(filename, "a bundle holds no attestation")
    if versions != {1}:
        unknown = ", ".join(str(version) for version in sorted(versions - {1}))
        raise InvalidProvenance(filename, f"version {unknown} is not known")
    if not provenance.attestation_bundles:
        raise InvalidProvenance(filename, "it holds no attestation bundle")
    return text


def publishers(document: str) -> tuple[str, ...]:
    """Who published, as a provenance object tells: `github:owner/repository`, `google:address`, …

    Sorted. Empty for what is no provenance object.
    """
    try:
        told = msgspec.json.decode(document, type=_Told)
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError):
        return ()
    return tuple(sorted({_publisher_name(bundle.publisher) for bundle in told.attestation_bundles}))


class _ToldBundle(msgspec.Struct):
    publisher: dict[str, Any]


class _Told(msgspec.Struct):
    attestation_bundles: list[_ToldBundle]


def _publisher_name(publisher: dict[str, Any]) -> str:
    kind = str(publisher.get("kind", "")).lower()
    named = publisher.get("repository") or publisher.get("email")
    if not named and publisher.get("organization"):
        named = f"{publisher['organization']}/{publisher.get('project', '')}"
    return f"{kind}:{named or ''}"

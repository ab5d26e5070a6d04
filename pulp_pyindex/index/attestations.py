"""PEP 740 attestations that come with an upload: do they speak of this file, and truthfully?

Offline: the trust root (certificate authorities, transparency logs) is given, or the one of the
public good instance that the sigstore package brings. Whose certificate it was is not judged here,
it is written into the provenance object as its publisher.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pulp_pyindex.index.errors import InvalidProvenance
from pulp_pyindex.index.filenames import MAX_BYTES

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from pypi_attestations import Attestation
    from sigstore.verify import Verifier

# sigstore and what it brings take 0.5 s and 40 MB to import; few processes ever verify.

MAX_SIZE = 1 << 20
_STATEMENT = "https://in-toto.io/Statement/v1"
_PAYLOAD = "application/vnd.in-toto+json"
_PUBLIC_GOOD = "https%3A%2F%2Ftuf-repo-cdn.sigstore.dev"
#: Claims in certificates, by their names in fulcio's documentation.
_ISSUER = "1.3.6.1.4.1.57264.1.8"
_SOURCE_REPOSITORY = "1.3.6.1.4.1.57264.1.12"
_BUILD_CONFIG = "1.3.6.1.4.1.57264.1.18"


class _Anybody:
    """sigstore's policy for certificates: whoever it is becomes the publisher."""

    def verify(self, cert: Certificate) -> None:
        """Accepts every certificate of a trusted authority."""


def verify(
    attestations: str, *, filename: str, sha256: str, trust_root: bytes | None
) -> dict[str, Any]:
    """The provenance object for the file `filename`, of these attestations, all verified.

    `attestations` is the JSON array of an upload; `trust_root` is sigstore's trusted_root.json or a
    client trust configuration, None for the public good instance. Raises InvalidProvenance.
    """
    from pydantic import TypeAdapter, ValidationError
    from pypi_attestations import Attestation, AttestationType

    if len(attestations) > MAX_SIZE:
        raise InvalidProvenance(filename, f"longer than {MAX_SIZE} bytes")
    try:
        raw = json.loads(attestations)
        parsed = TypeAdapter(list[Attestation]).validate_python(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidProvenance(
            filename, f"malformed attestations: {where} {first['msg']}"
        ) from None
    except (ValueError, RecursionError):
        raise InvalidProvenance(filename, "malformed attestations: not JSON") from None
    if not 0 < len(parsed) <= len(AttestationType):
        most = len(AttestationType)
        reason = f"{len(parsed)} attestations, at least one and at most {most} may come"
        raise InvalidProvenance(filename, reason)
    verifier = _verifier(trust_root, filename)
    predicates: set[str] = set()
    bundles: list[dict[str, Any]] = []
    for attestation, original in zip(parsed, raw, strict=True):
        predicate, publisher = _verified(attestation, verifier, filename, sha256)
        if predicate in predicates:
            raise InvalidProvenance(filename, f"two attestations of the type {predicate}")
        predicates.add(predicate)
        bundle = next((one for one in bundles if one["publisher"] == publisher), None)
        if bundle is None:
            bundle = {"publisher": publisher, "attestations": []}
            bundles.append(bundle)
        bundle["attestations"].append(_plain(original))
    return {"version": 1, "attestation_bundles": bundles}


def _plain(original: Mapping[str, Any]) -> dict[str, Any]:
    """What was verified, with its base64 as it came, and nothing else."""
    material, envelope = original["verification_material"], original["envelope"]
    return {
        "version": 1,
        "verification_material": {
            "certificate": material["certificate"],
            "transparency_entries": material["transparency_entries"],
        },
        "envelope": {"statement": envelope["statement"], "signature": envelope["signature"]},
    }


def _verifier(trust_root: bytes | None, filename: str) -> Verifier:
    from sigstore.errors import Error

    try:
        return _cached_verifier(trust_root)
    except (Error, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"the trust root of this index cannot be read: {error}"
        raise InvalidProvenance(filename, reason) from error


@lru_cache(maxsize=4)
def _cached_verifier(trust_root: bytes | None) -> Verifier:
    from sigstore.models import TrustedRoot
    from sigstore.verify import Verifier
    from sigstore_models.trustroot.v1 import TrustedRoot as Document

    if trust_root is None:
        # sigstore's own way to get it copies a TUF repository into the user's home.
        trust_root = (files("sigstore._store") / _PUBLIC_GOOD / "trusted_root.json").read_bytes()
    document = json.loads(trust_root)
    document = document.get("trustedRoot", document)
    return Verifier(trusted_root=TrustedRoot(Document.from_json(json.dumps(document))))


def _verified(
    attestation: Attestation, verifier: Verifier, filename: str, sha256: str
) -> tuple[str, dict[str, Any]]:
    """The predicate's type and the publisher of an attestation that is in order."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.x509 import DuplicateExtension, ExtensionNotFound, InvalidVersion
    from pypi_attestations import AttestationError
    from sigstore.errors import Error

    if len(attestation.verification_material.transparency_entries) != 1:
        raise InvalidProvenance(filename, "an attestation must have one transparency log entry")
    try:
        bundle = attestation.to_bundle()
        kind, payload = verifier.verify_dsse(bundle, _Anybody())
        if kind != _PAYLOAD:
            raise InvalidProvenance(filename, f"the payload is of the type {kind!r}")
        predicate = _check_statement(payload, filename, sha256)
        return predicate, _publisher(bundle.signing_certificate, attestation.certificate_claims)
    except InvalidProvenance:
        raise
    except (Error, AttestationError, InvalidSignature) as error:
        reason = f"could not verify the uploaded file using the included attestation: {error}"
        raise InvalidProvenance(filename, reason.rstrip(": ")) from error
    except (
        # What the libraries let through on certificates and entries that are broken.
        UnsupportedAlgorithm,
        DuplicateExtension,
        ExtensionNotFound,
        InvalidVersion,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        reason = f"an attestation is broken: {str(error) or type(error).__name__}"
        raise InvalidProvenance(filename, reason) from error


def _check_statement(payload: bytes, filename: str, sha256: str) -> str:
    """The type of the predicate, if the statement is about this file."""
    from pypi_attestations import AttestationType

    statement = json.loads(payload)
    if not isinstance(statement, dict) or statement.get("_type") != _STATEMENT:
        raise InvalidProvenance(filename, "the statement is no in-toto statement")
    subjects = statement.get("subject")
    if not isinstance(subjects, list) or len(subjects) != 1 or not isinstance(subjects[0], dict):
        raise InvalidProvenance(filename, "the statement must have exactly one subject")
    name, digest = subjects[0].get("name"), subjects[0].get("digest")
    if not isinstance(name, str) or not _same_file(name, filename):
        reason = f"subject does not match distribution name: {name!r} is not {filename!r}"
        raise InvalidProvenance(filename, reason)
    if not isinstance(digest, dict) or digest.get("sha256") != sha256:
        raise InvalidProvenance(filename, "subject does not match distribution digest")
    predicate = statement.get("predicateType")
    if predicate not in {known.value for known in AttestationType}:
        raise InvalidProvenance(filename, f"unknown attestation type: {predicate!r}")
    return str(predicate)


def _same_file(one: str, other: str) -> bool:
    """Whether two names mean one file, however project and version are spelled in them."""
    from packaging.utils import parse_sdist_filename, parse_wheel_filename

    # A longer name could stand for very many tags.
    if one == other or len(one) > MAX_BYTES:
        return one == other
    try:
        if one.endswith(".whl"):
            return parse_wheel_filename(one) == parse_wheel_filename(other)
        return parse_sdist_filename(one) == parse_sdist_filename(other)
    except ValueError:
        return False


def _publisher(certificate: Certificate, claims: Mapping[str, str]) -> dict[str, Any]:
    """Who signed, in PyPI's words where PyPI has some."""
    issuer = claims.get(_ISSUER, "")
    source = claims.get(_SOURCE_REPOSITORY, "")
    config = claims.get(_BUILD_CONFIG, "").rpartition("@")[0]
    if issuer == "https://token.actions.githubusercontent.com":
        prefix = f"{source}/.github/workflows/"
        if source.startswith("https://github.com/") and config.startswith(prefix):
            return {
                "kind": "GitHub",
                "claims": None,
                "repository": source.removeprefix("https://github.com/"),
                "workflow": config.removeprefix(prefix),
                "environment": None,
            }
    elif issuer == "https://gitlab.com":
        prefix = f"{source}//"
        if source.startswith("https://gitlab.com/") and config.startswith(prefix):
            return {
                "kind": "GitLab",
                "claims": None,
                "repository": source.removeprefix("https://gitlab.com/"),
                "workflow_filepath": config.removeprefix(prefix),
                "environment": None,
            }
    identities = _identities(certificate)
    if issuer == "https://accounts.google.com" and len(identities) == 1:
        return {"kind": "Google", "claims": None, "email": identities[0]}
    return {"kind": "Sigstore", "claims": None, "issuer": issuer, "identities": identities}


def _identities(certificate: Certificate) -> list[str]:
    from cryptography.x509 import (
        ExtensionNotFound,
        RFC822Name,
        SubjectAlternativeName,
        UniformResourceIdentifier,
    )

    try:
        names = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    except ExtensionNotFound:
        return []
    found = names.get_values_for_type(RFC822Name)
    return sorted([*found, *names.get_values_for_type(UniformResourceIdentifier)])

"""Provenance objects (PEP 740) with all they must have but a true signature."""

import base64
import json
from typing import Any

from .wheels import MadeFile

_PREDICATE = "https://example.org/attestations/publish/v1"


def provenance(made: MadeFile) -> dict[str, Any]:
    """The provenance of a file, as an index tells it."""
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": made.filename, "digest": {"sha256": made.sha256}}],
        "predicateType": _PREDICATE,
        "predicate": None,
    }
    attestation = {
        "version": 1,
        "verification_material": {"certificate": _base64(b"none"), "transparency_entries": []},
        "envelope": {
            "statement": _base64(json.dumps(statement).encode()),
            "signature": _base64(b"none"),
        },
    }
    publisher = {"kind": "GitHub", "claims": None, "repository": "a/b", "workflow": "release.yml"}
    bundle = {"publisher": publisher, "attestations": [attestation]}
    return {"version": 1, "attestation_bundles": [bundle]}


def _base64(text: bytes) -> str:
    return base64.b64encode(text).decode()

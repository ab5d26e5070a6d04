"""Provenance objects."""

import copy
from typing import Any

import msgspec
import pytest

from pulp_pyindex.index.errors import InvalidProvenance
from pulp_pyindex.index.provenance import MAX_SIZE, check

GOOD: dict[str, Any] = {
    "version": 1,
    "attestation_bundles": [
        {
            "publisher": {"kind": "GitHub", "repository": "a/b", "workflow": "w", "claims": None},
            "attestations": [
                {
                    "version": 1,
                    "verification_material": {"certificate": "x", "transparency_entries": [{}]},
                    "envelope": {"statement": "x", "signature": "x"},
                }
            ],
        }
    ],
}


def changed(*path: str | int, to: object) -> bytes:
    """The good document with one value replaced."""
    document = copy.deepcopy(GOOD)
    target: Any = document
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = to
    return msgspec.json.encode(document)


def test_a_good_document_comes_back_verbatim() -> None:
    """Signatures are over bytes inside it: not a sign is changed."""
    text = msgspec.json.format(msgspec.json.encode(GOOD), indent=3)
    assert check(text, "f").encode() == text


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "broken JSON"),
        (b"<html>", "broken JSON"),
        (msgspec.json.encode(GOOD)[:-3], "broken JSON"),
        (b"[" * 100_000, "not a provenance object"),
        (b"[]", "not a provenance object"),
        (b"{}", "`version`"),
        (b'{"version": 1, "attestation_bundles": "\xff"}', "attestation_bundles"),
        (changed("version", to=2), "version 2 is not known"),
        (changed("version", to="1"), "$.version"),
        (changed("attestation_bundles", to={}), "attestation_bundles"),
        (changed("attestation_bundles", to=[]), "no attestation bundle"),
        (changed("attestation_bundles", 0, "attestations", to=[]), "no attestation"),
        (changed("attestation_bundles", 0, "publisher", to=None), "publisher"),
        (changed("attestation_bundles", 0, "publisher", to={}), "kind"),
        (changed("attestation_bundles", 0, "attestations", 0, "version", to=3), "version 3"),
        (changed("attestation_bundles", 0, "attestations", 0, "envelope", to={}), "statement"),
        (b" " * (MAX_SIZE + 1), "longer than"),
    ],
)
def test_what_is_no_provenance_object_is_refused(document: bytes, reason: str) -> None:
    """With the reason, and the file it was for."""
    with pytest.raises(InvalidProvenance) as caught:
        check(document, "foo-1.0.zip")
    assert reason in caught.value.reason
    assert "foo-1.0.zip" in str(caught.value)

"""Attestations are verified against a trust root of one's own, without any network."""

import json
from typing import Any

import pytest
from cryptography import x509
from pypi_attestations import Provenance

from pulp_pyindex.index import provenance
from pulp_pyindex.index.attestations import verify
from pulp_pyindex.index.errors import InvalidProvenance
from support.attesting import GITHUB, PUBLISH, START, Authority, b64
from support.attesting import statement as say

FILENAME = "demo_pkg-1.0-py3-none-any.whl"
SHA256 = "ab" * 32
SLSA = "https://slsa.dev/provenance/v1"
REPOSITORY_IDENTITY = GITHUB["18"]


ACME = Authority()


def statement(predicate: str = PUBLISH, name: str = FILENAME, digest: str = SHA256) -> Any:
    return say(name, digest, predicate)


def checked(*attestations: Any, trust_root: bytes | None = None) -> dict[str, Any]:
    root = trust_root or ACME.trust_root()
    text = json.dumps(attestations)
    return verify(text, filename=FILENAME, sha256=SHA256, trust_root=root)


def refusal(*attestations: Any, trust_root: bytes | None = None) -> str:
    with pytest.raises(InvalidProvenance) as caught:
        checked(*attestations, trust_root=trust_root)
    return caught.value.reason


def test_a_good_attestation_becomes_provenance() -> None:
    """Verbatim, under the publisher that its certificate names; others can read it."""
    good = ACME.attest(statement())
    document = checked(good)
    publisher = {
        "kind": "GitHub",
        "claims": None,
        "repository": "acme/demo",
        "workflow": "release.yml",
        "environment": None,
    }
    assert document == {
        "version": 1,
        "attestation_bundles": [{"publisher": publisher, "attestations": [good]}],
    }
    assert json.loads(provenance.check(json.dumps(document).encode(), FILENAME)) == document
    assert Provenance.model_validate(document).version == 1


def test_two_types_of_one_publisher_share_a_bundle() -> None:
    """Publish and SLSA attestations come together."""
    (bundle,) = checked(ACME.attest(statement()), ACME.attest(statement(SLSA)))[
        "attestation_bundles"
    ]
    assert len(bundle["attestations"]) == 2
    assert "two attestations of the type" in refusal(*[ACME.attest(statement())] * 2)


@pytest.mark.parametrize(
    ("claims", "identity", "publisher"),
    [
        (
            {
                "8": "https://gitlab.com",
                "12": "https://gitlab.com/acme/demo",
                "18": "https://gitlab.com/acme/demo//.gitlab-ci.yml@refs/heads/main",
            },
            x509.UniformResourceIdentifier(REPOSITORY_IDENTITY),
            {"kind": "GitLab", "repository": "acme/demo", "workflow_filepath": ".gitlab-ci.yml"},
        ),
        (
            {"8": "https://accounts.google.com"},
            x509.RFC822Name("robot@acme.example"),
            {"kind": "Google", "email": "robot@acme.example"},
        ),
        (
            {"8": "https://login.acme.example"},
            x509.RFC822Name("robot@acme.example"),
            {
                "kind": "Sigstore",
                "issuer": "https://login.acme.example",
                "identities": ["robot@acme.example"],
            },
        ),
        (
            {**GITHUB, "18": "https://github.com/evil/demo/.github/workflows/release.yml@x"},
            x509.UniformResourceIdentifier(REPOSITORY_IDENTITY),
            {"kind": "Sigstore", "issuer": GITHUB["8"], "identities": [REPOSITORY_IDENTITY]},
        ),
    ],
)
def test_the_publisher_is_who_the_certificate_names(
    claims: dict[str, str], identity: x509.GeneralName, publisher: dict[str, Any]
) -> None:
    """PyPI's kinds, and one more for issuers of one's own."""
    (bundle,) = checked(ACME.attest(statement(), claims=claims, identity=identity))[
        "attestation_bundles"
    ]
    assert bundle["publisher"].items() >= publisher.items()


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (statement(name="demo_pkg-2.0-py3-none-any.whl"), "does not match distribution name"),
        (statement(name="demo_pkg-1.0.tar.gz"), "does not match distribution name"),
        (statement(name="?"), "does not match distribution name"),
        (statement(digest="cd" * 32), "does not match distribution digest"),
        (statement("https://example.com/own/v1"), "unknown attestation type"),
        ({**statement(), "subject": []}, "exactly one subject"),
        ({**statement(), "subject": statement()["subject"] * 2}, "exactly one subject"),
        ({**statement(), "_type": "x"}, "no in-toto statement"),
    ],
)
def test_a_statement_about_something_else_is_refused(told: Any, reason: str) -> None:
    """However well it is signed."""
    assert reason in refusal(ACME.attest(told))


def test_the_name_may_be_spelled_differently() -> None:
    """As PyPI compares: project and version normalised."""
    assert checked(ACME.attest(statement(name="Demo.Pkg-1.0-py3-none-any.whl")))["version"] == 1


def changed(path: str, value: Any) -> Any:
    attestation = ACME.attest(statement())
    *keys, last = path.split("/")
    place: Any = attestation
    for key in keys:
        place = place[int(key) if key.isdigit() else key]
    place[last] = value(place[last]) if callable(value) else value
    return attestation


ENTRY = "verification_material/transparency_entries/0"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("envelope/signature", b64(b"no signature")),
        ("envelope/statement", b64(json.dumps(statement()).encode() + b" ")),
        ("verification_material/certificate", b64(b"no certificate")),
        ("verification_material/transparency_entries", lambda entries: entries * 2),
        ("verification_material/transparency_entries", []),
        (f"{ENTRY}/integratedTime", str(int(START.timestamp()) + 3600)),
        (f"{ENTRY}/inclusionProof/rootHash", b64(bytes(32))),
        (f"{ENTRY}/canonicalizedBody", b64(b"{}")),
        (f"{ENTRY}/inclusionPromise/signedEntryTimestamp", b64(b"x")),
        (f"{ENTRY}/inclusionProof/checkpoint/envelope", "nothing"),
        (f"{ENTRY}/kindVersion/kind", "hashedrekord"),
        (f"{ENTRY}/logId", None),
        ("version", 2),
        ("envelope", {}),
    ],
)
def test_a_changed_attestation_is_refused(path: str, value: Any) -> None:
    """Whatever is touched: signature, certificate or log entry."""
    assert refusal(changed(path, value))


def test_another_authority_is_refused() -> None:
    """A certificate of a CA that the trust root does not know, or of the right CA unlogged."""
    other = Authority()
    assert "certificate chain" in refusal(other.attest(statement()))
    unlogged = Authority(ca=ACME.ca, rekor=ACME.rekor)
    unlogged.root = ACME.root
    assert "SCT" in refusal(unlogged.attest(statement()))
    assert "log entry" in refusal(Authority(ca=ACME.ca, ct=ACME.ct).attest(statement()))
    assert checked(other.attest(statement()), trust_root=other.trust_root())


def test_the_public_good_instance_does_not_know_us() -> None:
    """Without a trust root of one's own the one of sigstore's package is used, offline."""
    with pytest.raises(InvalidProvenance, match="certificate chain"):
        verify(
            json.dumps([ACME.attest(statement())]),
            filename=FILENAME,
            sha256=SHA256,
            trust_root=None,
        )


@pytest.mark.parametrize("text", ["", "{}", "[]", "[1]", "null", "[" * 9999, "[{}]", '"' * 3])
def test_what_is_no_list_of_attestations_is_refused(text: str) -> None:
    """Malformed JSON and empty lists."""
    with pytest.raises(InvalidProvenance):
        verify(text, filename=FILENAME, sha256=SHA256, trust_root=ACME.trust_root())


@pytest.mark.parametrize("root", [b"", b"{}", b"[]", b'{"mediaType": 1}'])
def test_a_broken_trust_root_is_named(root: bytes) -> None:
    """The uploader is not to blame, and is told so."""
    with pytest.raises(InvalidProvenance, match="trust root of this index"):
        verify(
            json.dumps([ACME.attest(statement())]),
            filename=FILENAME,
            sha256=SHA256,
            trust_root=root,
        )

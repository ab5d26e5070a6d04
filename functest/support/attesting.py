"""A certificate authority with its logs, as sigstore has them, for attestations that verify."""

import base64
import hashlib
import json
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pypi_attestations import AttestationType

PUBLISH = AttestationType.PYPI_PUBLISH_V1.value
START = datetime(2026, 1, 1, tzinfo=UTC)
#: What GitHub's certificates claim: issuer, repository, workflow.
GITHUB = {
    "8": "https://token.actions.githubusercontent.com",
    "12": "https://github.com/acme/demo",
    "18": "https://github.com/acme/demo/.github/workflows/release.yml@refs/tags/v1",
}
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def statement(filename: str, sha256: str, predicate: str = PUBLISH) -> dict[str, Any]:
    """What an attestation says: this file has this digest."""
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": filename, "digest": {"sha256": sha256}}],
        "predicateType": predicate,
        "predicate": None,
    }


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def der(tag: int, body: bytes) -> bytes:
    assert len(body) < 1 << 16
    long = b"\x82" + struct.pack(">H", len(body))
    return bytes([tag]) + (bytes([len(body)]) if len(body) < 128 else long) + body


def spki(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.DER, form)


def key_id(key: ec.EllipticCurvePrivateKey) -> bytes:
    return hashlib.sha256(spki(key)).digest()


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def signed(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


@dataclass
class Authority:
    """A certificate authority, its certificate log and a transparency log, all of one's own."""

    ca: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    ct: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    rekor: ec.EllipticCurvePrivateKey = field(default_factory=new_key)

    def __post_init__(self) -> None:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "acme ca")])
        usage = {key: key in ("key_cert_sign", "crl_sign") for key in _USAGES}
        identifier = x509.SubjectKeyIdentifier.from_public_key(self.ca.public_key())
        self.root = (
            self._builder(name, self.ca.public_key(), timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.KeyUsage(**usage), critical=True)
            .add_extension(identifier, critical=False)
            .sign(self.ca, hashes.SHA256())
        )

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, lasting: timedelta
    ) -> x509.CertificateBuilder:
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "acme ca")])
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(START)
            .not_valid_after(START + lasting)
        )

    def trust_root(self) -> bytes:
        """As sigstore's trusted_root.json."""
        valid = {"start": "2026-01-01T00:00:00Z"}

        def log(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
            details = "PKIX_ECDSA_P256_SHA_256"
            public = {"rawBytes": b64(spki(key)), "keyDetails": details, "validFor": valid}
            return {
                "baseUrl": "https://log.example",
                "hashAlgorithm": "SHA2_256",
                "publicKey": public,
                "logId": {"keyId": b64(key_id(key))},
            }

        certificate = b64(self.root.public_bytes(serialization.Encoding.DER))
        authority = {
            "subject": {"organization": "acme", "commonName": "acme ca"},
            "uri": "https://ca.example",
            "certChain": {"certificates": [{"rawBytes": certificate}]},
            "validFor": valid,
        }
        return json.dumps(
            {
                "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                "tlogs": [log(self.rekor)],
                "certificateAuthorities": [authority],
                "ctlogs": [log(self.ct)],
                "timestampAuthorities": [],
            }
        ).encode()

    def certificate(
        self, key: ec.EllipticCurvePrivateKey, claims: dict[str, str], identity: x509.GeneralName
    ) -> x509.Certificate:
        usage = {name: name == "digital_signature" for name in _USAGES}
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.ca.public_key())
        names = x509.SubjectAlternativeName([identity])
        usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
        builder = (
            self._builder(x509.Name([]), key.public_key(), timedelta(minutes=10))
            .add_extension(x509.KeyUsage(**usage), critical=True)
            .add_extension(usages, critical=False)
            .add_extension(issuer, critical=False)
            .add_extension(names, critical=True)
        )
        for number, value in claims.items():
            oid = x509.ObjectIdentifier(f"1.3.6.1.4.1.57264.1.{number}")
            text = der(0x0C, value.encode())
            builder = builder.add_extension(x509.UnrecognizedExtension(oid, text), critical=False)
        precertificate = builder.sign(self.ca, hashes.SHA256())
        stamp = self._timestamp(precertificate.tbs_certificate_bytes)
        oid = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, stamp), critical=False)
        return builder.sign(self.ca, hashes.SHA256())

    def _timestamp(self, tbs: bytes) -> bytes:
        """A signed certificate timestamp (RFC 6962, 3.2) as the extension holds it."""
        time = struct.pack(">Q", int(START.timestamp() * 1000))
        entry = key_id(self.ca) + struct.pack(">I", len(tbs))[1:] + tbs
        signature = signed(self.ct, b"\0\0" + time + b"\0\1" + entry + b"\0\0")
        stamp = b"\0" + key_id(self.ct) + time + b"\0\0\4\3"
        stamp += struct.pack(">H", len(signature)) + signature
        sized = struct.pack(">H", len(stamp)) + stamp
        return der(0x04, struct.pack(">H", len(sized)) + sized)

    def attest(self, statement: dict[str, Any], **who: Any) -> dict[str, Any]:
        """An attestation as PEP 740 has it, signed by a key of the moment."""
        key = new_key()
        identity = who.get("identity") or x509.UniformResourceIdentifier(GITHUB["18"])
        certificate = self.certificate(key, who.get("claims", GITHUB), identity)
        payload = json.dumps(statement).encode()
        kind = b"application/vnd.in-toto+json"
        signature = signed(key, b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload))
        return {
            "version": 1,
            "verification_material": {
                "certificate": b64(certificate.public_bytes(serialization.Encoding.DER)),
                "transparency_entries": [self._log_entry(payload, signature, certificate)],
            },
            "envelope": {"statement": b64(payload), "signature": b64(signature)},
        }

    def _log_entry(
        self, payload: bytes, signature: bytes, certificate: x509.Certificate
    ) -> dict[str, Any]:
        """The only entry of a transparency log: its leaf is the root of the tree."""
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        digest = {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()}
        spec = {
            "envelopeHash": digest,
            "payloadHash": digest,
            "signatures": [{"signature": b64(signature), "verifier": b64(pem)}],
        }
        document = {"apiVersion": "0.0.1", "kind": "dsse", "spec": spec}
        body = json.dumps(document).encode()
        root = b64(hashlib.sha256(b"\0" + body).digest())
        note = f"log.example\n1\n{root}\n"
        seal = b64(key_id(self.rekor)[:4] + signed(self.rekor, note.encode()))
        time = int(START.timestamp()) + 60
        promise = {"body": b64(body), "integratedTime": time, "logID": key_id(self.rekor).hex()}
        promised = json.dumps({**promise, "logIndex": 0}, separators=(",", ":")).encode()
        return {
            "logIndex": "0",
            "logId": {"keyId": b64(key_id(self.rekor))},
            "kindVersion": {"kind": "dsse", "version": "0.0.1"},
            "integratedTime": str(time),
            "inclusionPromise": {"signedEntryTimestamp": b64(signed(self.rekor, promised))},
            "inclusionProof": {
                "logIndex": "0",
                "rootHash": root,
                "treeSize": "1",
                "hashes": [],
                "checkpoint": {"envelope": f"{note}\n— log.example {seal}\n"},
            },
            "canonicalizedBody": b64(body),
        }

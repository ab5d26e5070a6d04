"""Beside other plugins: pulp_file keeps working, and every kind of content guard holds here."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from support.attestations import provenance
from support.index import Index
from support.markup import HTML_TYPE, JSON_TYPE
from support.pulp import Mirror, Pulp, unique
from support.upstream import Upstream
from support.wheels import wheel

KEPT = wheel("guarded", "1.0", payload=50_000)


def test_pulp_file_is_served_beside_us(pulp: Pulp) -> None:
    """A file repository is made, published and served as if we were not there."""
    body = unique("a file of pulp_file").encode()
    repository = pulp.create("repositories/file/file/", name=unique("file"), autopublish=True)
    path = unique("file")
    answer = pulp.post(
        "content/file/files/",
        data={"relative_path": "a/b.txt", "repository": repository["pulp_href"]},
        files={"file": ("b.txt", body)},
    )
    pulp.task(answer)
    distribution = pulp.create(
        "distributions/file/file/",
        name=path,
        base_path=path,
        repository=repository["pulp_href"],
    )
    assert requests.get(f"{pulp.content}/pulp/content/{path}/a/b.txt", timeout=10).content == body
    assert distribution["base_url"].endswith(f"/pulp/content/{path}/")


def test_pulp_file_mirrors_our_files(pulp: Pulp, upstream: Upstream) -> None:
    """What we mirrored can be an artifact of pulp_file too: bytes are stored once for both."""
    upstream.add(KEPT)
    mirror = pulp.mirror(upstream.url, policy="immediate")
    repository = pulp.create("repositories/file/file/", name=unique("file"), autopublish=True)
    (artifact,) = pulp.rows("artifacts/", sha256=KEPT.sha256)
    answer = pulp.post(
        "content/file/files/",
        data={
            "relative_path": KEPT.filename,
            "artifact": artifact["pulp_href"],
            "repository": repository["pulp_href"],
        },
    )
    pulp.task(answer)
    path = unique("file")
    pulp.create(
        "distributions/file/file/", name=path, base_path=path, repository=repository["pulp_href"]
    )
    url = f"{pulp.content}/pulp/content/{path}/{KEPT.filename}"
    assert requests.get(url, timeout=10).content == KEPT.body
    assert mirror.index.download("guarded", KEPT.filename) == KEPT.body


@pytest.fixture
def mirror(pulp: Pulp, upstream: Upstream) -> Mirror:
    upstream.add(KEPT, provenance=provenance(KEPT))
    return pulp.mirror(upstream.url, provenance=True)


def guard(pulp: Pulp, mirror: Mirror, kind: str, **fields: object) -> dict[str, str]:
    """Put a content guard on the mirror, and wait until it is on every content process."""
    made = pulp.create(f"contentguards/{kind}/", name=unique("guard"), **fields)
    pulp.update(mirror.distribution["pulp_href"], content_guard=made["pulp_href"])
    mirror.index.wait(lambda index: index.get().status_code in (401, 403), "the guard")
    return made


Ask = Callable[..., requests.Response]


def asks(mirror: Mirror, file: str) -> dict[str, Ask]:
    """One request for each kind of path of an index."""
    index = mirror.index
    own_place = index.base.replace("/pypi/", "/pulp/content/", 1)

    def ask(path: str, **fixed: object) -> Ask:
        return lambda **more: index.get(path, **{**fixed, **more})

    return {
        "root as JSON": ask("simple/?format=" + quote(JSON_TYPE)),
        "root as HTML": ask("simple/?format=" + quote(HTML_TYPE)),
        "project": ask("simple/guarded/"),
        "project asked by HEAD": ask("simple/guarded/", method="HEAD"),
        "file": ask(file),
        "file asked by HEAD": ask(file, method="HEAD"),
        "file in Pulp's own place": ask(file.replace("/pypi/", "/pulp/content/", 1)),
        "project in Pulp's own place": ask(f"{own_place}simple/guarded/"),
        "metadata": ask(f"{file}.metadata"),
        "provenance": ask(f"integrity/guarded/1.0/{KEPT.filename}/provenance"),
    }


def opened(mirror: Mirror) -> str:
    """The URL of the file, from the page; everything answers while there is no guard."""
    file = str(mirror.index.files("guarded")[KEPT.filename]["url"])
    for what, ask in asks(mirror, file).items():
        assert ask().status_code == 200, what
    return file


def test_a_guard_of_rights_holds_on_every_path(pulp: Pulp, mirror: Mirror) -> None:
    """401 for nobody and for wrong passwords, 403 for users without the right, else 200."""
    file = opened(mirror)
    made = guard(pulp, mirror, "core/rbac")
    allowed, stranger = (unique("user"), "pass-word-1"), (unique("user"), "pass-word-2")
    for name, password in (allowed, stranger):
        pulp.create("users/", username=name, password=password)
    pulp.post(
        f"{made['pulp_href']}add_role/",
        {"users": [allowed[0]], "role": "core.rbaccontentguard_downloader"},
    ).raise_for_status()
    for what, ask in asks(mirror, file).items():
        for credentials in (None, ("nobody", "wrong"), (allowed[0], "wrong")):
            answer = ask(auth=credentials)
            assert answer.status_code == 401, (what, credentials)
            assert answer.headers["WWW-Authenticate"].startswith("Basic "), what
        assert ask(auth=stranger).status_code == 403, what
        assert ask(auth=allowed).status_code == 200, what


def test_a_guard_of_headers_holds_on_every_path(pulp: Pulp, mirror: Mirror) -> None:
    """403 without the header, with another, with nonsense; 200 with the right one (base64)."""
    file = opened(mirror)
    guard(pulp, mirror, "core/header", header_name="x-team", header_value="blue")
    for what, ask in asks(mirror, file).items():
        assert ask().status_code == 403, what
        for wrong in (b64encode(b"red"), b"blue", b"!"):
            assert ask(headers={"x-team": wrong}).status_code == 403, (what, wrong)
        assert ask(headers={"x-team": b64encode(b"blue")}).status_code == 200, what


def test_a_guard_of_certificates_holds_on_every_path(pulp: Pulp, mirror: Mirror) -> None:
    """pulp_certguard's guard: only with a certificate of the right authority."""
    file = opened(mirror)
    authority, other = Authority("ours"), Authority("another")
    guard(pulp, mirror, "certguard/x509", ca_certificate=authority.pem())
    for what, ask in asks(mirror, file).items():
        assert ask().status_code == 403, what
        assert ask(headers={"X-CLIENT-CERT": other.client()}).status_code == 403, what
        assert ask(headers={"X-CLIENT-CERT": authority.client()}).status_code == 200, what


def test_a_removed_guard_opens_the_index(pulp: Pulp, mirror: Mirror) -> None:
    """Every content process learns of it."""
    file = opened(mirror)
    guard(pulp, mirror, "core/header", header_name="x-team", header_value="blue")
    pulp.update(mirror.distribution["pulp_href"], content_guard=None)
    index: Index = mirror.index
    index.wait_served()
    assert opened(mirror) == file


class Authority:
    """A certificate authority made for one test."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._certificate = self._signed(self._name, self._key, True)

    def pem(self) -> str:
        return self._certificate.public_bytes(serialization.Encoding.PEM).decode()

    def client(self) -> str:
        """A client's certificate, as a web server hands it on."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "client")])
        made = self._signed(name, ec.generate_private_key(ec.SECP256R1()), False)
        return quote(made.public_bytes(serialization.Encoding.PEM).decode())

    def _signed(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, authority: bool
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )

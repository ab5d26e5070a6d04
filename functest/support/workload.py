"""A job in somebody's CI that says who it is by a signed web token, as OIDC providers make them."""

import fcntl
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from .stack import free_port

ISSUER = "https://ci.example.com"
AUDIENCE = "our-index"
#: The name of the one repository in which the jobs of `TRUSTED` may upload.
REPOSITORY = "workload-team"
TRUSTED = "acme/tools"
_KEY, _KEYS, _PORT = "ci-key.pem", "ci-keys.json", "ci-port"


def settings(folder: Path) -> tuple[str, ...]:
    """What makes a stack believe the provider whose keys are in `folder`, once made."""
    if not (folder / _KEYS).exists():
        (folder / _PORT).write_text(str(free_port()))
        _make_keys(folder)
    scope = {"type": "object", "name": REPOSITORY, "domain": "default"}
    rule = {
        "match": {"repository": TRUSTED},
        "grants": [{"role": "pyindex.pyindexrepository_uploader", "scope": scope}],
    }
    provider = {
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "jwks_url": f"http://127.0.0.1:{(folder / _PORT).read_text()}/{_KEYS}",
        "rules": [rule],
    }
    core = "pulpcore.app"
    values = {
        "WORKLOAD_IDENTITY": {"providers": {"ci": provider}},
        "AUTHENTICATION_BACKENDS": [
            "django.contrib.auth.backends.ModelBackend",
            "pulpcore.backends.ObjectRolePermissionBackend",
            f"{core}.workload_identity.backend.WorkloadIdentityBackend",
        ],
        "REST_FRAMEWORK__DEFAULT_AUTHENTICATION_CLASSES": [
            f"{core}.workload_identity.authentication.WorkloadIdentityAuthentication",
            f"{core}.authentication.BasicAuthentication",
            "rest_framework.authentication.SessionAuthentication",
        ],
    }
    return tuple(f"{name}={json.dumps(value)}" for name, value in values.items())


def _make_keys(folder: Path) -> None:
    key = generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / _KEY).write_bytes(pem)
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    (folder / _KEYS).write_text(json.dumps({"keys": [{**public, "kid": "one", "use": "sig"}]}))


@contextmanager
def provider(folder: Path) -> Iterator[None]:
    """Answer at the address that `settings` named, one test at a time."""
    address = ("127.0.0.1", int((folder / _PORT).read_text()))
    with (folder / "ci.turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        with ThreadingHTTPServer(address, partial(_Silent, directory=str(folder))) as server:
            Thread(target=server.serve_forever, daemon=True).start()
            yield
            server.shutdown()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


def web_token(folder: Path, *, repository: str = TRUSTED, lasts: float = 300.0) -> str:
    """What the provider gives a job of `repository`; `lasts` seconds, from now."""
    key = load_pem_private_key((folder / _KEY).read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": f"repo:{repository}",
        "repository": repository,
        "exp": int(time.time() + lasts),
    }
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "one"})

"""What a client sends to say who it is: the Authorization header, read."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field

#: The user name that goes with a token in place of a password.
TOKEN_USER = "__token__"  # noqa: S105 - a name, as publishing tools know it

_TOKEN_PREFIX = "pyindex-"  # noqa: S105 - what secrets begin with
#: JSON web tokens are pulpcore's to check (workload identity).
_WEB_TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\Z")


@dataclass(frozen=True, slots=True)
class SentToken:
    """The secret of a token, or what stands in the place of one."""

    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SentPassword:
    """A user's name and password."""

    username: str
    password: str = field(repr=False)


def read_authorization(header: str | None) -> SentToken | SentPassword | None:
    """What a header holds; None: nothing, or something that is not ours to check."""
    scheme, _, value = (header or "").partition(" ")
    value = value.strip()
    match scheme.lower():
        case "bearer":
            return SentToken(value) if value.startswith(_TOKEN_PREFIX) else None
        case "basic":
            return _basic(value)
    return None


def _basic(value: str) -> SentToken | SentPassword | None:
    try:
        decoded = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    try:
        text = decoded.decode()
    except UnicodeDecodeError:
        text = decoded.decode("latin-1")
    username, colon, password = text.partition(":")
    if not colon or _WEB_TOKEN.match(password):
        return None
    if username == TOKEN_USER or password.startswith(_TOKEN_PREFIX):
        return SentToken(password)
    return SentPassword(username, password)

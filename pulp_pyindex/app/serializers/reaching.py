"""How an upstream is reached: Pulp's own fields of a remote, checked when they are set.

Pulp takes most of them as they come. What cannot work would then be learnt from a sync that
fails, or from clients that get 502.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from rest_framework import serializers

from pulp_pyindex.app.upstream.origin import certificate_error

_MOST = 2**31 - 1
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
#: They frame a message and are not ours to choose.
_FRAMING = frozenset(
    {"connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)


class ReachingFields(serializers.Serializer[Any]):
    """The fields that say where an upstream is, and whom it knows us as."""

    max_retries = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=_MOST,
        help_text="How often a request is repeated that failed for a reason that may pass. Null "
        "(the default) means 3 times, and once where a client waits.",
    )
    download_concurrency = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=_MOST,
        help_text="How many requests are under way at once. Null (the default) means 16.",
    )
    rate_limit = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=_MOST,
        help_text="How many requests may begin in a second, all together. Null (the default) and "
        "0 mean no limit.",
    )

    def validate_url(self, url: str) -> str:
        """The URL, unchanged, if it can be that of a simple index."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise serializers.ValidationError(f"{url!r} is not a URL: {error}.") from error
        if parts.scheme not in ("http", "https") or not host:
            raise serializers.ValidationError(
                f"{url!r} is not an absolute http or https URL, such as "
                "'https://index.example.org/simple/'."
            )
        if "@" in parts.netloc:
            raise serializers.ValidationError(
                "The URL holds credentials, which would be shown to everyone who sees the remote. "
                "Put them into 'username' and 'password'."
            )
        if parts.query or parts.fragment:
            raise serializers.ValidationError(
                "A simple index has no query ('?') or fragment ('#') in its URL. A token belongs "
                "into 'password' or 'headers'."
            )
        if any(sign.isspace() for sign in url):
            raise serializers.ValidationError("The URL holds white space.")
        if not url.isprintable():
            raise serializers.ValidationError("The URL holds signs that cannot be printed.")
        if port == 0 or not _can_be_host(host):
            raise serializers.ValidationError(f"Nothing can be at {parts.netloc!r}.")
        return url

    def validate_proxy_url(self, url: str | None) -> str | None:
        """An http or https proxy; no other kind is spoken to."""
        checked: Callable[[str | None], str | None] = super().validate_proxy_url
        if url is None:
            return checked(url)
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError as error:
            raise serializers.ValidationError(f"{url!r} is not a URL: {error}.") from error
        if parts.scheme not in ("http", "https") or not parts.hostname or not url.isprintable():
            raise serializers.ValidationError(
                f"{url!r} is not the URL of an http proxy, such as 'http://proxy.example.org:3128'."
            )
        return checked(url)

    def validate_headers(self, headers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each a name and a text that a request can carry."""
        wrong = {str(place): why for place, why in _wrong_headers(headers)}
        if wrong:
            raise serializers.ValidationError(wrong)
        return headers

    def validate_username(self, name: str | None) -> str | None:
        return _login(name)

    def validate_proxy_username(self, name: str | None) -> str | None:
        return _login(name)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """What belongs together, with what the remote has already."""
        data = super().validate(data)
        named: dict[str, Any] = {
            field: data[field] if field in data else getattr(self.instance, field, None)
            for field in ("username", "password", "client_cert", "client_key")
        }
        if named["password"] and not named["username"]:
            raise serializers.ValidationError(
                {"username": "A password is sent with a user only: give one, any if need be."}
            )
        certificate, key = named["client_cert"], named["client_key"]
        if bool(certificate) != bool(key):
            lacking, given = ("client_key", "client_cert")[:: 1 if certificate else -1]
            raise serializers.ValidationError({lacking: f"It is needed beside {given!r}."})
        if {"client_cert", "client_key"} & data.keys() and certificate:
            why_not = certificate_error(certificate, key)
            if why_not is not None:
                raise serializers.ValidationError({"client_key": why_not})
        return data


def _can_be_host(host: str) -> bool:
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return "\\" not in host


def _login(name: str | None) -> str | None:
    if name is not None and (":" in name or not name.isprintable()):
        raise serializers.ValidationError(
            "The name of a user holds neither a colon nor signs that cannot be printed."
        )
    return name


def _wrong_headers(headers: list[dict[str, Any]]) -> Iterator[tuple[int, list[str]]]:
    for place, entry in enumerate(headers):
        for name, value in entry.items():
            if not _TOKEN.fullmatch(name):
                yield place, [f"{name!r} cannot be the name of a header."]
            elif name.lower() in _FRAMING:
                yield place, [f"{name!r} is not yours to set: it frames the request."]
            elif not isinstance(value, str) or not value.replace("\t", " ").isprintable():
                yield place, [f"What {name!r} says must be a text, in one line."]

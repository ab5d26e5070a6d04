"""Whom an upstream trusts us as: credentials, headers and TLS of a remote.

User, password, headers and client certificate go to the remote's own origin only (scheme, host and
port), also across redirects; CA and proxy hold for every request.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from importlib.metadata import version
from tempfile import NamedTemporaryFile

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from pulpcore.plugin.models import Remote

from pulp_pyindex.app.exceptions import UpstreamRefused

USER_AGENT = f"pulp_pyindex/{version('pulp-pyindex')} (pulpcore/{version('pulpcore')})"


def parse(url: str) -> URL:
    """An http(s) URL as it was given, nothing re-quoted; anything else is UpstreamRefused."""
    if any(ord(letter) < 0x20 or ord(letter) == 0x7F for letter in url):
        raise UpstreamRefused(shown(url), "control characters in the URL")
    try:
        parsed = URL(url, encoded=url.isascii() and " " not in url)
        usable = parsed.scheme in ("http", "https") and bool(parsed.host)
        parsed.port  # noqa: B018 - raises ValueError where it is no number
    except ValueError as error:
        raise UpstreamRefused(shown(url), f"not a URL: {error}") from error
    if not usable:
        raise UpstreamRefused(shown(url), "only http and https URLs are asked")
    return parsed


def shown(url: str | URL) -> str:
    """A URL as errors and logs may show it: without user and password."""
    scheme, separator, rest = str(url).partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What requests of one remote carry, by the origin they go to."""

    origin: URL
    headers: CIMultiDict[str] = field(repr=False)
    auth: aiohttp.BasicAuth | None = field(repr=False)
    own_tls: ssl.SSLContext | bool = field(repr=False)
    other_tls: ssl.SSLContext | bool = field(repr=False)
    proxy: str | None = None
    proxy_auth: aiohttp.BasicAuth | None = field(default=None, repr=False)

    @classmethod
    def of(cls, remote: Remote) -> Identity:
        """Raises UpstreamRefused where what the remote says can reach nobody."""
        url = parse(remote.url)
        try:
            return cls._of(remote, url)
        except (ValueError, ssl.SSLError) as error:
            raise UpstreamRefused(shown(url), f"user, header or certificate: {error}") from error

    @classmethod
    def _of(cls, remote: Remote, url: URL) -> Identity:
        user = remote.username or url.user
        auth = None
        if user:
            password = (remote.password if remote.username else url.password) or ""
            auth = aiohttp.BasicAuth(user, password, encoding="utf-8")
        headers: CIMultiDict[str] = CIMultiDict()
        for entry in remote.headers or []:
            headers.extend(entry)
        proxy_auth = None
        if remote.proxy_url and remote.proxy_username and remote.proxy_password:
            proxy_auth = aiohttp.BasicAuth(remote.proxy_username, remote.proxy_password)
        return cls(
            origin=url.origin(),
            headers=headers,
            auth=auth,
            own_tls=_tls(remote, with_client_certificate=True),
            other_tls=_tls(remote, with_client_certificate=False),
            proxy=remote.proxy_url or None,
            proxy_auth=proxy_auth,
        )

    def is_own(self, url: URL) -> bool:
        """True where credentials may go."""
        return url.origin() == self.origin

    def headers_for(self, url: URL, headers: dict[str, str]) -> CIMultiDict[str]:
        """`headers` of the request, joined by those of the remote where they may go."""
        joined: CIMultiDict[str] = CIMultiDict({"User-Agent": USER_AGENT, **headers})
        if self.is_own(url):
            for name, value in self.headers.items():
                if name.lower() == "user-agent":
                    joined["User-Agent"] = f"{USER_AGENT}, {value}"
                else:
                    joined[name] = value
        return joined


def _tls(remote: Remote, *, with_client_certificate: bool) -> ssl.SSLContext | bool:
    """The TLS settings of a remote; True = aiohttp's defaults."""
    certificate = with_client_certificate and remote.client_cert and remote.client_key
    if not (remote.ca_cert or certificate) and remote.tls_validation:
        return True
    context = ssl.create_default_context(cadata=remote.ca_cert or None)
    context.load_default_certs()
    if certificate:
        _present(context, remote.client_cert, remote.client_key)
    if not remote.tls_validation:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def certificate_error(certificate: str, key: str) -> str | None:
    """Why a client certificate and a private key cannot be used together; None where they can."""
    try:
        _present(ssl.create_default_context(), certificate, key)
    except (ValueError, ssl.SSLError) as error:
        reason = getattr(error, "reason", None) or "not PEM, encrypted, or of another certificate"
        return f"It cannot be used with 'client_cert': {reason}."
    return None


def _present(context: ssl.SSLContext, certificate: str, key: str) -> None:
    # The ssl module takes certificates from files only; these are readable by us alone.
    with NamedTemporaryFile("w") as key_file, NamedTemporaryFile("w") as certificate_file:
        key_file.write(key)
        certificate_file.write(certificate)
        key_file.flush()
        certificate_file.flush()
        # Without a password of any kind, an encrypted key would be asked for at the terminal.
        context.load_cert_chain(certificate_file.name, key_file.name, password="")

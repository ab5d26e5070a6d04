"""Single requests to one upstream: with its credentials out, an answer or UpstreamError back."""

from __future__ import annotations

from uuid import UUID, uuid4

import aiohttp
from yarl import URL

from pulpcore.plugin.models import Remote

from pulp_pyindex.app.exceptions import UpstreamFaulty, UpstreamForbidden, UpstreamRefused

from . import loops
from .origin import Identity, shown

#: Bytes of an answer that wait for their reader; twice as many at most.
_BUFFER = 256 * 1024


class Session:
    """Connections that stay open between `open` and `close`."""

    def __init__(self, remote: Remote) -> None:
        self._identity = Identity.of(remote)
        # A remote made for one download is not stored: nobody can be led back to it.
        self._key: UUID = remote.pk or uuid4()
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> None:
        """Be ready for requests."""
        self._session = aiohttp.ClientSession(
            # The system's resolver honours /etc/hosts and nsswitch.conf; the slots bound requests.
            connector=aiohttp.TCPConnector(limit=0, resolver=aiohttp.ThreadedResolver()),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            requote_redirect_url=False,
            # Files go to the disk by what has come meanwhile: in few large pieces.
            read_bufsize=_BUFFER,
        )

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(
        self, url: URL, headers: dict[str, str], timeout: aiohttp.ClientTimeout
    ) -> aiohttp.ClientResponse:
        """The answer, whatever it is; redirects are not followed. Raises UpstreamError for none."""
        if self._session is None:
            raise RuntimeError("an Upstream is used inside `async with`")
        identity = self._identity
        own = identity.is_own(url)
        headers = {loops.HEADER: loops.onward(self._key), **headers}
        try:
            return await self._session.get(
                url.with_user(None) if url.user or url.password else url,
                headers=identity.headers_for(url, headers),
                auth=identity.auth if own else None,
                ssl=identity.own_tls if own else identity.other_tls,
                proxy=identity.proxy,
                proxy_auth=identity.proxy_auth,
                timeout=timeout,
                allow_redirects=False,
            )
        except TimeoutError as error:
            raise UpstreamFaulty(shown(url), "timeout: no answer", timeout=True) from error
        except aiohttp.InvalidURL as error:
            raise UpstreamRefused(shown(url), "not a URL that can be asked") from error
        except (aiohttp.ClientSSLError, ValueError) as error:
            raise UpstreamRefused(shown(url), f"TLS or URL: {error}") from error
        except aiohttp.ClientHttpProxyError as error:
            kind = UpstreamForbidden if error.status == 407 else UpstreamFaulty
            reason = f"the proxy answered {error.status}"
            raise kind(shown(url), reason, status=error.status) from error
        except (aiohttp.ClientError, OSError) as error:
            said = str(error) or type(error).__name__
            raise UpstreamFaulty(shown(url), f"no connection: {said}") from error

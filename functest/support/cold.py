"""Files that an index shows and does not have yet, and what comes of asking for them."""

import http.client
from contextlib import closing
from urllib.parse import urlsplit

from .index import Index
from .pulp import Pulp, unique
from .upstream import Upstream
from .wheels import MadeFile, wheel

LARGE = 3_000_000


def mirror_of(pulp: Pulp, upstream: Upstream, **remote: str) -> Index:
    """An index that mirrors the upstream; `remote` are the remote's fields."""
    repository = pulp.create_repository()
    pulp.sync(repository, pulp.create_remote(upstream.url, **remote))
    distribution = pulp.distribute(repository=repository["pulp_href"])
    return Index(base=distribution["base_url"]).wait_served()


def offered(
    pulp: Pulp, upstream: Upstream, payload: int = LARGE, **changes: object
) -> tuple[MadeFile, str]:
    """A wheel at the upstream and its URL on an index that mirrors it; nothing fetched yet."""
    made = wheel("alpha", "1.0", payload=payload, salt=unique("salt"))
    upstream.add(made, **changes)
    index = mirror_of(pulp, upstream)
    return made, index.files("alpha")[made.filename]["url"]


def received(url: str) -> tuple[int, bytes, bool]:
    """Status, bytes, and whether the transfer was complete."""
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.netloc, timeout=60)) as connection:
        connection.request("GET", parts.path)
        with connection.getresponse() as answer:
            body, whole = b"", True
            try:
                while chunk := answer.read(65536):
                    body += chunk
            except (http.client.IncompleteRead, ConnectionError) as error:
                body, whole = body + getattr(error, "partial", b""), False
            length = answer.headers["Content-Length"]
            return answer.status, body, whole and (length is None or len(body) == int(length))

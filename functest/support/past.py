"""An index with a past, as tests make it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from .index import Index
from .pulp import Mirror, Pulp, Row
from .upstream import Upstream
from .wheels import sdist, wheel


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An index with three versions that hold something, and its client."""

    pulp: Pulp
    upstream: Upstream
    mirror: Mirror

    @property
    def index(self) -> Index:
        return self.mirror.index

    def then(self, path: str) -> Index:
        """The index below a moment."""
        return Index(base=f"{self.index.base}{path}/")

    def version(self, number: int) -> Row:
        return self.pulp.read(f"{self.mirror.repository['versions_href']}{number}/")

    def created(self, number: int) -> datetime:
        return datetime.fromisoformat(self.version(number)["pulp_created"])


def make_past(pulp: Pulp, upstream: Upstream) -> Past:
    """Version 1: alpha 1.0. Version 2: alpha 1.1 too, and 1.0 is yanked. Version 3: beta too."""
    upstream.add(wheel("alpha", "1.0"), sdist("alpha", "1.0"))
    mirror = pulp.mirror(upstream.url)
    pulp.update(mirror.distribution["pulp_href"], serve_history=True)
    upstream.add(wheel("alpha", "1.1"))
    upstream.catalogue.yank("alpha-1.0-py3-none-any.whl", "too old")
    pulp.sync(mirror.repository)
    upstream.add(wheel("beta", "1.0"))
    pulp.sync(mirror.repository)
    mirror.index.wait(lambda index: index.get("simple/beta/").ok, "version 3")
    past = Past(pulp=pulp, upstream=upstream, mirror=mirror)
    past.then("+version/3").wait_served()
    return past


def at(moment: datetime) -> str:
    """The path below an index at which it is as of then."""
    return f"+at/{moment.astimezone(UTC).isoformat().replace('+00:00', 'Z')}"

"""Pages of indexes that are made of several, kept in memory."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from pulp_pyindex.app.serving.memory import Memory
from pulp_pyindex.app.serving.merged import Merging
from pulp_pyindex.app.serving.merged.pages import MergedPages
from pulp_pyindex.app.serving.pages import Form
from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Offer
from pulp_pyindex.index.names import normalize
from pulp_pyindex.index.negotiation import Kind
from pulp_pyindex.index.pages import ProjectPage

INDEX = Index(
    distribution_pk=UUID(int=1),
    domain_pk=UUID(int=2),
    domain="default",
    base_path="main",
    guard_pk=None,
    publication_pk=None,
    version_pk=UUID(int=3),
    pinned=False,
)
FORM = Form(kind=Kind.JSON, gzip=False, root="http://here/pypi/main/")


class Verdicts:
    """The same offer each time, for as long as is told beforehand."""

    def __init__(self) -> None:
        self.expires: float | None = None

    async def verdict(self, index: Index, project: str) -> Any:
        page = ProjectPage(name=normalize(project), files=(), versions=())
        offer = Offer(page=page, key="k", expires=self.expires)
        return SimpleNamespace(
            offer=offer, has_page=True, expires=self.expires, is_fleeting=False, cache=""
        )


def test_a_page_is_forgotten_when_it_may_have_become_another_one() -> None:
    """Also where it was kept before for longer, by rules that have changed since."""

    async def play() -> None:
        verdicts, memory = Verdicts(), Memory[Any](10**6)
        pages = MergedPages(cast(Merging, verdicts), memory)
        for lasting in (None, 3600.0):
            verdicts.expires = lasting and time.time() + lasting
            long = await pages.ready(INDEX, "foo", FORM)
            assert memory.get(long.key) is long.ready
        verdicts.expires = time.time() + 0.01
        short = await pages.ready(INDEX, "foo", FORM)
        assert short.ready is not None
        while memory.get(short.key) is not None:
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(play(), 10))

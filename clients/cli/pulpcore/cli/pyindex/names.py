"""Names in place of addresses, for tables that people read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pulp_glue.common.context import PulpContext
from pulp_glue.pyindex.tables import RESOURCES

_VERSION = re.compile(r"(?P<repository>/.+/)versions/(?P<number>\d+)/")
#: Kinds of objects that have names, below the API's root → the operation that lists them.
_LISTS = {
    **{
        f"{kind}/[^/]+/[^/]+/": f"{kind}_list"
        for kind in ("contentguards", "distributions", "exporters", "remotes", "repositories")
    },
    RESOURCES["ruleset"].path: f"{RESOURCES['ruleset'].prefix}_list",
}


class Names:
    """The names behind addresses; each kind is asked for once, for all addresses together."""

    def __init__(self, pulp: PulpContext, values: Iterable[Any]) -> None:
        self._root = pulp.api_path
        self._known: dict[str, str] = {}
        hrefs = {href for value in values for href in self._hrefs(value)}
        wanted: dict[str, list[str]] = {}
        for href in sorted(hrefs):
            for path, operation in _LISTS.items():
                if re.fullmatch(f"{path}[^/]+/", href.removeprefix(self._root)):
                    wanted.setdefault(operation, []).append(href)
        for operation, some in wanted.items():
            found = pulp.call(
                operation,
                parameters={
                    "pulp_href__in": some,
                    "limit": len(some),
                    "fields": ["pulp_href", "name"],
                },
            )
            self._known |= {one["pulp_href"]: one["name"] for one in found["results"]}

    def of(self, value: Any) -> Any:
        """`value`, with the name where it is an address whose name is known."""
        if isinstance(value, list):
            return [self.of(one) for one in value]
        if not isinstance(value, str) or not value.startswith(self._root):
            return value
        if match := _VERSION.fullmatch(value):
            return f"{self._known.get(match['repository'], match['repository'])}@{match['number']}"
        return self._known.get(value, value)

    def _hrefs(self, value: Any) -> list[str]:
        if isinstance(value, list):
            return [href for one in value for href in self._hrefs(one)]
        if not isinstance(value, str) or not value.startswith(self._root):
            return []
        match = _VERSION.fullmatch(value)
        return [match["repository"] if match else value]

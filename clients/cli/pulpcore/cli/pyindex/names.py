"""Names in place of addresses, for tables that people read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pulp_glue.common.context import PulpContext

_VERSION = re.compile(r"(?P<repository>/.+/)versions/(?P<number>\d+)/")
#: An object of a kind that has names; what is below it has none.
_OBJECT = re.compile(r"(?P<kind>contentguards|distributions|remotes|repositories)(/[^/]+){3}/")


class Names:
    """The names behind addresses; each kind is asked for once, for all addresses together."""

    def __init__(self, pulp: PulpContext, values: Iterable[Any]) -> None:
        self._root = pulp.api_path
        self._known: dict[str, str] = {}
        hrefs = {href for value in values for href in self._hrefs(value)}
        wanted: dict[str, list[str]] = {}
        for href in sorted(hrefs):
            if match := _OBJECT.fullmatch(href, len(self._root)):
                wanted.setdefault(match["kind"], []).append(href)
        for kind, some in wanted.items():
            found = pulp.call(
                f"{kind}_list",
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

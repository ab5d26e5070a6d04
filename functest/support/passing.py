"""Indexes that pass an upstream through, as tests make them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import requests

from .index import Index, fetched
from .markup import JSON_TYPE
from .pulp import Pulp, Row, unique
from .waiting import wait_for
from .wheels import MadeFile, wheel


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """An index that passes a remote through, and the rows it is made of."""

    pulp: Pulp
    index: Index
    remote: Row
    distribution: Row
    repository: Row | None

    def cache(self) -> Row:
        """What the index keeps."""
        return self.pulp.read(f"{self.distribution['pulp_href']}cache/")

    def invalidate(self, *projects: str) -> int:
        """Have upstream asked again; how many pages that concerns."""
        answer = self.pulp.post(
            f"{self.distribution['pulp_href']}invalidate/", {"projects": list(projects)}
        )
        assert answer.status_code == 200, answer.text
        count: int = answer.json()["pages"]
        return count

    def renew(self, project: str) -> None:
        """Have the page be what upstream says now."""
        assert self.invalidate(project) == 1

        def is_renewed() -> bool:
            # Whoever does not know yet that it is invalid does not ask.
            return self.index.get(f"simple/{project}/").ok and self.cache()["stale"] == 0

        wait_for(is_renewed, f"the page of {project} as it is now", 20)

    def evict(self, **limits: Any) -> Row:
        """The result of the task that lets files go."""
        href = f"{self.distribution['pulp_href']}evict/"
        result: Row = self.pulp.task(self.pulp.post(href, limits))["result"]
        return result

    def would_evict(self, **limits: Any) -> Row:
        """What would go."""
        href = f"{self.distribution['pulp_href']}evict/"
        answer = self.pulp.post(href, {**limits, "dry_run": True})
        assert answer.status_code == 200, answer.text
        told: Row = answer.json()
        return told

    def wait_kept(self, *filenames: str) -> None:
        """Until the repository's newest version has these files."""
        repository = self.repository
        assert repository is not None

        def has_them() -> bool:
            return self.pulp.filenames(self.pulp.latest(repository)) >= set(filenames)

        wait_for(has_them, f"{filenames} in the repository", 30)


def pass_through(
    pulp: Pulp, url: str, *, keep: bool = False, served: dict[str, Any] | None = None, **remote: Any
) -> Passed:
    """An index that passes the index at `url` through. `served` are the distribution's fields."""
    made = pulp.create_remote(url, **remote)
    fields = dict(served or {})
    repository = pulp.create_repository() if keep else None
    if repository is not None:
        fields["repository"] = repository["pulp_href"]
    distribution = pulp.distribute(remote=made["pulp_href"], **fields)
    index = Index(base=distribution["base_url"])
    # What is at the root of an index is no matter of its upstream.
    index.wait(lambda one: one.get("").status_code == 302, "the index to be there")
    return Passed(
        pulp=pulp, index=index, remote=made, distribution=distribution, repository=repository
    )


def fresh(name: str = "alpha", version: str = "1.0", **options: Any) -> MadeFile:
    """A wheel whose bytes are new to Pulp."""
    return wheel(name, version, salt=unique(), **options)


def get(passed: Passed, path: str, **headers: str) -> requests.Response:
    """The answer at a path below the index or at a full URL, from either content process."""
    url = path if path.startswith("http") else f"{passed.index.base}{path}"
    return fetched(url, **headers)


def page(passed: Passed, project: str = "alpha") -> requests.Response:
    """A project's page in its JSON form, whatever the status."""
    return get(passed, f"simple/{project}/", Accept=JSON_TYPE)


def names(answer: requests.Response) -> list[str]:
    """The files on such a page, which must be there."""
    assert answer.status_code == 200, answer.text
    return [file["filename"] for file in answer.json()["files"]]


def together(work: Callable[[], Any], times: int = 16) -> list[Any]:
    """What `work` returns to each of so many who ask at once."""
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(lambda _: work(), range(times)))

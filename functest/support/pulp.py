"""A small client for Pulp's REST API, and the rows a test makes with it."""

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import requests

from .index import Index
from .waiting import wait_for

__all__ = ["Mirror", "Pulp", "Row", "TaskFailed", "refusal", "unique", "wait_for"]

Row = dict[str, Any]


class TaskFailed(Exception):
    """A task that did not end well; `task` is all that is known of it."""

    def __init__(self, task: Row) -> None:
        self.task = task
        super().__init__(f"{task['name']} {task['state']}: {self.reason}")

    @property
    def reason(self) -> str:
        """What the task says to its reader."""
        error = self.task.get("error") or {}
        return str(error.get("description", ""))


_IN_NOBODYS_WAY = ("/remotes/", "/repositories/", "/publications/", "/distributions/")


@dataclass(kw_only=True)
class Pulp:
    """The REST API of one stack as one user; remembers what is made, `clean_up` deletes it."""

    api: str
    content: str
    auth: tuple[str, str] | None
    domain: str | None = None
    #: Seconds a task may take.
    patience: float = 120
    made: list[str] = field(default_factory=list)
    session: requests.Session = field(default_factory=requests.Session)

    # Requests -----------------------------------------------------------------------------------

    def url(self, path: str) -> str:
        """Of an href (`/pulp/…`), a full URL, or a path below the API's root."""
        if path.startswith("http"):
            return path
        if path.startswith("/"):
            return f"{self.api}{path}"
        place = f"{self.domain}/" if self.domain else ""
        return f"{self.api}/pulp/{place}api/v3/{path}"

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """The answer, whatever its status. `json=…`, `params=…`, `files=…` as for requests."""
        options.setdefault("auth", self.auth)
        options.setdefault("timeout", 60)
        return self.session.request(method, self.url(path), **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> requests.Response:
        return self.request("POST", path, json=json, **options)

    def patch(self, path: str, json: Any = None, **options: Any) -> requests.Response:
        return self.request("PATCH", path, json=json, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> requests.Response:
        return self.request("PUT", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> requests.Response:
        return self.request("DELETE", path, **options)

    def read(self, href: str, **params: Any) -> Row:
        """The row at `href`; it must be there."""
        row: Row = _good(self.get(href, params=params)).json()
        return row

    def rows(self, path: str, **params: Any) -> list[Row]:
        """Every row of a list, page after page."""
        answer = self.read(path, **{"limit": 1000, **params})
        rows: list[Row] = answer["results"]
        while answer["next"]:
            answer = self.read(answer["next"])
            rows += answer["results"]
        return rows

    # Tasks --------------------------------------------------------------------------------------

    def task(self, started: "requests.Response | str", timeout: float | None = None) -> Row:
        """The task, once it is finished. Raises TaskFailed with its error."""
        href = started if isinstance(started, str) else str(_good(started).json()["task"])
        deadline = time.monotonic() + (timeout or self.patience)
        # An answer costs the API more than most tasks cost their worker.
        pause = 0.1
        while True:
            time.sleep(pause)
            row = self.read(href)
            if row["state"] == "completed":
                return row
            if row["state"] in ("failed", "canceled", "skipped"):
                raise TaskFailed(row)
            if time.monotonic() > deadline:
                raise TimeoutError(f"{row['name']} is {row['state']} after {self.patience} s")
            pause = min(0.4, pause * 1.4)

    # Rows ---------------------------------------------------------------------------------------

    def create(self, path: str, /, **fields: Any) -> Row:
        """A new row, by a task or at once; deleted when the test ends."""
        answer = _good(self.post(path, fields)).json()
        if "task" in answer:
            finished = self.task(answer["task"])
            answer = self.read(finished["created_resources"][0])
        self.made.append(answer["pulp_href"])
        row: Row = answer
        return row

    def create_remote(self, url: str, **fields: Any) -> Row:
        fields.setdefault("name", unique("remote"))
        return self.create("remotes/pyindex/pyindex/", url=url, **fields)

    def create_repository(self, **fields: Any) -> Row:
        fields.setdefault("name", unique("repository"))
        return self.create("repositories/pyindex/pyindex/", **fields)

    def distribute(self, **fields: Any) -> Row:
        """`repository=`, `publication=` or `repository_version=` an href; at a path of its own."""
        fields.setdefault("name", unique("distribution"))
        fields.setdefault("base_path", fields["name"])
        return self.create("distributions/pyindex/pyindex/", **fields)

    def publish(self, version: str) -> Row:
        return self.create("publications/pyindex/pyindex/", repository_version=version)

    def update(self, href: str, **fields: Any) -> Row:
        """PATCH and, where it is done by a task, wait."""
        answer = _good(self.patch(href, fields))
        if answer.status_code == 202:
            self.task(answer)
        return self.read(href)

    def sync(self, repository: Row, remote: Row | None = None, **options: Any) -> Row:
        """The finished task of a sync. Options: `mirror=True`."""
        if remote is not None:
            options["remote"] = remote["pulp_href"]
        return self.task(self.post(f"{repository['pulp_href']}sync/", options))

    def mirror(self, url: str, **fields: Any) -> "Mirror":
        """The index at `url`, synced and distributed. `fields` are the remote's."""
        remote = self.create_remote(url, **fields)
        repository = self.create_repository(remote=remote["pulp_href"])
        task = self.sync(repository)
        distribution = self.distribute(repository=repository["pulp_href"])
        index = Index(base=distribution["base_url"]).wait_served()
        return Mirror(
            remote=remote, repository=repository, distribution=distribution, index=index, task=task
        )

    def latest(self, repository: Row) -> Row:
        """The newest version of a repository."""
        return self.read(self.read(repository["pulp_href"])["latest_version_href"])

    def files(self, version: Row | str) -> list[Row]:
        """The file units of a repository version."""
        href = version if isinstance(version, str) else version["pulp_href"]
        return self.rows("content/pyindex/files/", repository_version=href)

    def filenames(self, version: Row | str) -> set[str]:
        return {row["filename"] for row in self.files(version)}

    def units(self, repository: Row, kind: str) -> list[Row]:
        """Units of another kind (`yanks`, `project_statuses`, `provenances`) in the newest one."""
        version = self.latest(repository)["pulp_href"]
        return self.rows(f"content/pyindex/{kind}/", repository_version=version)

    def clean_up(self) -> None:
        """Delete what this client made, last first."""
        for href in reversed(self.made):
            answer = self.delete(href)
            if answer.status_code == 202:
                self.task(answer)
        self.made.clear()

    def leave(self) -> None:
        """The same for what would be in the way of others, in a stack that is thrown away.

        Indexes have names of their own and are in nobody's way; to delete one takes three tasks.
        """
        if not all(any(kind in href for kind in _IN_NOBODYS_WAY) for href in self.made):
            self.clean_up()
        self.made.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """A remote, the repository it was synced into, and where that is served."""

    remote: Row
    repository: Row
    distribution: Row
    index: Index
    #: Of the first sync.
    task: Row


def unique(word: str = "x") -> str:
    """A name nobody else has, fit for a path."""
    return f"{word}-{uuid4().hex[:10]}"


def _good(answer: requests.Response) -> requests.Response:
    if not answer.ok:
        raise AssertionError(
            f"{answer.request.method} {answer.url} → {answer.status_code}: {answer.text[:2000]}"
        )
    return answer


def refusal(answer: requests.Response, field: str) -> str:
    """What a 400 says of a field of the request."""
    assert answer.status_code == 400, answer.text
    said = answer.json()[field]
    return " ".join(map(str, said)) if isinstance(said, list) else str(said)

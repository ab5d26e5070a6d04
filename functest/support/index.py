"""Reading an index as it is served, and waiting until it says what it should."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import requests

from .everyone import everyone, has_strayed
from .markup import HTML_TYPE, JSON_TYPE
from .waiting import wait_for


@dataclass(kw_only=True)
class Index:
    """One index; `base` is a distribution's base_url."""

    base: str
    auth: tuple[str, str] | None = None
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def simple(self) -> str:
        """What an installer is pointed at."""
        return f"{self.base}simple/"

    def get(self, path: str = "simple/", **options: Any) -> requests.Response:
        """The answer below the index, or at a full URL; redirects are not followed."""
        options.setdefault("auth", self.auth)
        options.setdefault("allow_redirects", False)
        options.setdefault("timeout", 60)
        url = path if path.startswith("http") else f"{self.base}{path}"
        return self.session.request(options.pop("method", "GET"), url, **options)

    def json(self, project: str = "") -> dict[str, Any]:
        """A page in its JSON form; it must be there."""
        answer = self.get(_page(project), headers={"Accept": JSON_TYPE})
        answer.raise_for_status()
        page: dict[str, Any] = answer.json()
        return page

    def html(self, project: str = "") -> str:
        answer = self.get(_page(project), headers={"Accept": HTML_TYPE})
        answer.raise_for_status()
        return answer.text

    def projects(self) -> set[str]:
        return {entry["name"] for entry in self.json()["projects"]}

    def files(self, project: str) -> dict[str, dict[str, Any]]:
        """The files of a project's page by filename; `url` made absolute."""
        page = f"{self.base}{_page(project)}"
        return {
            entry["filename"]: {**entry, "url": urljoin(page, entry["url"])}
            for entry in self.json(project)["files"]
        }

    def download(self, project: str, filename: str) -> bytes:
        """A file's bytes, checked against the digest its page tells."""
        entry = self.files(project)[filename]
        answer = self.get(entry["url"])
        answer.raise_for_status()
        assert hashlib.sha256(answer.content).hexdigest() == entry["hashes"]["sha256"]
        return answer.content

    def whole(self) -> dict[tuple[str, str], bytes]:
        """Every page, as bytes: (project or "", media type) → body."""
        names = sorted(self.projects())
        return {
            (name, form): self._body(name, form)
            for name in ["", *names]
            for form in (JSON_TYPE, HTML_TYPE)
        }

    def _body(self, project: str, form: str) -> bytes:
        answer = self.get(_page(project), headers={"Accept": form})
        answer.raise_for_status()
        return answer.content

    def wait(
        self, condition: "Callable[[Index], Any]", what: str = "the index", timeout: float = 60
    ) -> None:
        """Until `condition` is true on every content process. It may fail with HTTP till then."""

        def agreed() -> bool:
            try:
                asked = everyone(self.base)
            except requests.ConnectionError:
                return False
            return bool(asked) and all(self._holds(condition, *one) for one in asked.items())

        wait_for(agreed, what, timeout)

    def wait_served(self) -> "Index":
        """Until every content process has the list of projects."""
        self.wait(lambda index: index.get().status_code == 200, f"{self.simple} to be served")
        return self

    def _holds(
        self, condition: "Callable[[Index], Any]", process: int, session: requests.Session
    ) -> bool:
        try:
            told = condition(Index(base=self.base, auth=self.auth, session=session))
        except (requests.HTTPError, requests.ConnectionError, KeyError):
            return False
        return bool(told) and not has_strayed(session, process, self.base)


def fetched(url: str, **headers: str) -> requests.Response:
    """The answer on a connection of its own, hence from any content process."""
    return requests.get(url, headers={"Connection": "close", **headers}, timeout=60)


def _page(project: str) -> str:
    return f"simple/{project}/" if project else "simple/"

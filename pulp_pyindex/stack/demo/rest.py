"""Just enough of a REST client: JSON in, JSON out, and waiting for tasks."""

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulp_pyindex.stack.errors import StackError

Row = dict[str, Any]
ROOT = "/pulp/api/v3/"
ENDED_BADLY = frozenset({"failed", "canceled", "skipped"})
# Our own machine is never reached through a proxy.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class RequestRefused(StackError):
    """Pulp answered a request with an error."""

    def __init__(self, method: str, path: str, status: int, body: str) -> None:
        self.status = status
        self.body = body
        super().__init__(f"{method} {path} was answered with {status}: {body}")


class TaskFailed(StackError):
    """A task ended otherwise than completed."""

    def __init__(self, task: Row) -> None:
        self.task = task
        reason = (task.get("error") or {}).get("description") or "no reason given"
        super().__init__(f"The task {task['name']} {task['state']}: {reason}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """The REST API of one stack; `told` sees each request, `progress` each task as it goes."""

    api: str
    password: str = field(repr=False)
    told: Callable[[str], None]
    progress: Callable[[str], None]

    def get(self, path: str) -> Row:
        """Read a row or a list."""
        return self._send("GET", path, None)

    def create(self, path: str, fields: Mapping[str, object]) -> Row:
        """POST to an endpoint below the API's root; the row, also where a task makes it."""
        return self._settled(self._shown("POST", ROOT + path, fields))

    def update(self, href: str, fields: Mapping[str, object]) -> Row:
        """PATCH a row, and wait."""
        self._settled(self._shown("PATCH", href, fields))
        return self.get(href)

    def act(self, href: str, fields: Mapping[str, object]) -> Row:
        """POST an action, and wait; the finished task."""
        return self.wait(self._shown("POST", href, fields)["task"])

    def wait(self, href: str) -> Row:
        """The task once it has ended; TaskFailed when not well."""
        pause = 0.05
        while True:
            task = self.get(href)
            for report in task.get("progress_reports", []):
                total = f"/{report['total']}" if report.get("total") else ""
                self.progress(f"{report['message']}: {report['done']}{total}")
            if task["state"] in ENDED_BADLY:
                raise TaskFailed(task)
            if task["state"] == "completed":
                return task
            time.sleep(pause)
            pause = min(pause * 1.5, 0.5)

    def _settled(self, answer: Row) -> Row:
        if "task" not in answer:
            return answer
        task = self.wait(answer["task"])
        made = task["created_resources"]
        return self.get(made[0]) if made else task

    def _shown(self, method: str, path: str, fields: Mapping[str, object]) -> Row:
        hidden = {"password": "…"} if fields.get("password") else {}
        self.told(f"{method} {path} {json.dumps({**fields, **hidden}, ensure_ascii=False)}")
        return self._send(method, path, fields)

    def _send(self, method: str, path: str, fields: Mapping[str, object] | None) -> Row:
        credentials = base64.b64encode(f"admin:{self.password}".encode()).decode()
        request = urllib.request.Request(
            self.api + path,
            method=method,
            data=None if fields is None else json.dumps(fields).encode(),
            headers={"Authorization": f"Basic {credentials}", "Content-Type": "application/json"},
        )
        try:
            with _DIRECT.open(request, timeout=60) as answer:
                row: Row = json.load(answer)
        except urllib.error.HTTPError as error:
            body = error.read().decode(errors="replace")[:1000]
            raise RequestRefused(method, path, error.code, body) from error
        except OSError as error:
            raise StackError(f"{method} {path} got no answer: {error}") from error
        return row


def projects_of(index: str) -> set[str]:
    """The projects that the root page of an index lists."""
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    request = urllib.request.Request(f"{index}simple/", headers=accept)
    try:
        with _DIRECT.open(request, timeout=60) as answer:
            return {project["name"] for project in json.load(answer)["projects"]}
    except (OSError, ValueError, KeyError) as error:
        raise StackError(f"{index}simple/ cannot be read: {error}") from error

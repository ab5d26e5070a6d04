"""The story the demo tells: mirror, install, want something else, compare, roll back, install."""

from dataclasses import dataclass

from pulp_pyindex.stack.demo.installer import Environment, InstallFailed
from pulp_pyindex.stack.demo.machine import Source
from pulp_pyindex.stack.demo.rest import Rest, Row, projects_of
from pulp_pyindex.stack.demo.telling import Teller
from pulp_pyindex.stack.errors import StackError

REQUESTS = ["requests>=2.25", "urllib3>=1.26", "idna", "certifi", "charset-normalizer"]
FIRST_WANTED = [*REQUESTS, "packaging", "six"]
FLASK = ["flask", "werkzeug", "jinja2", "markupsafe", "itsdangerous", "click", "blinker"]
SECOND_WANTED = [*REQUESTS, "packaging", *FLASK]
GONE = "six"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """The rows of the demo."""

    remote: Row
    repository: Row
    distribution: Row

    @property
    def index(self) -> str:
        """What installers are pointed at, without `simple/`."""
        return str(self.distribution["base_url"]).rstrip("/") + "/"


class Story:
    """Each method is one chapter; StackError when something is not as it should be."""

    def __init__(self, rest: Rest, teller: Teller) -> None:
        self.rest = rest
        self.teller = teller

    def create(self, source: Source) -> Mirror:
        """Remote, repository, distribution."""
        with self.teller.step(f"Create a remote for {source.url}"):
            wanted = {"includes": FIRST_WANTED, "policy": "on_demand"}
            fields = {"name": "demo", **source.remote_fields(), **wanted}
            remote = self.rest.create("remotes/pyindex/pyindex/", fields)
        with self.teller.step("Create a repository and a distribution that follows it"):
            fields = {"name": "demo", "remote": remote["pulp_href"]}
            repository = self.rest.create("repositories/pyindex/pyindex/", fields)
            fields = {"name": "demo", "base_path": "demo", "repository": repository["pulp_href"]}
            distribution = self.rest.create("distributions/pyindex/pyindex/", fields)
            self.teller.result(f"the index will be {distribution['base_url']}")
        return Mirror(remote=remote, repository=repository, distribution=distribution)

    def sync(self, mirror: Mirror, title: str) -> Row:
        """Sync and publish; the version that came of it."""
        with self.teller.step(title):
            href = mirror.repository["pulp_href"]
            task = self.rest.act(f"{href}sync/", {"mirror": True})
            for report in sorted(task["progress_reports"], key=lambda one: str(one["message"])):
                self.teller.result(f"{report['message']}: {report['done']}")
            version = self.rest.get(self.rest.get(href)["latest_version_href"])
            files = _count(version, "present")
            projects = projects_of(mirror.index)
            self.teller.result(
                f"version {version['number']}: {len(projects)} projects, {files} files, published "
                f"in the same task; a file is downloaded when somebody asks for it"
            )
            if not files:
                raise StackError("The sync completed, but the version has no files.")
        return version

    def install(self, environment: Environment, requirement: str, title: str) -> None:
        """Install a project that the index shows, and import it."""
        with self.teller.step(title):
            installed = environment.install(requirement)
            self.teller.result(f"installed {' '.join(installed)}")
            version = environment.imports(requirement)
            self.teller.result(f"import {requirement}: {version}")

    def change(self, mirror: Mirror) -> tuple[Row, Row]:
        """Want something else and sync again; the versions before and after."""
        before = self.rest.get(mirror.repository["pulp_href"])["latest_version_href"]
        earlier = projects_of(mirror.index)
        with self.teller.step(f"Change what is wanted: Flask and what it needs, no more {GONE}"):
            self.rest.update(mirror.remote["pulp_href"], {"includes": SECOND_WANTED})
        after = self.sync(mirror, "Sync again: only what may have changed is asked for")
        with self.teller.step("The difference between the two versions"):
            self.teller.call(f"GET {after['pulp_href']}")
            later = projects_of(mirror.index)
            added, removed = sorted(later - earlier), sorted(earlier - later)
            self.teller.result(
                f"added {len(added)} projects, {_count(after, 'added')} files: {', '.join(added)}"
            )
            self.teller.result(
                f"removed {len(removed)} project, {_count(after, 'removed')} files: "
                f"{', '.join(removed)}"
            )
            if "flask" not in added or removed != [GONE]:
                raise StackError("The second version is not what was wanted.")
        return self.rest.get(before), after

    def roll_back(self, mirror: Mirror, version: Row, environment: Environment) -> None:
        """Show an earlier version again; what it does not have cannot be installed any more."""
        with self.teller.step(f"Roll the distribution back to version {version['number']}"):
            shown = {"repository": None, "repository_version": version["pulp_href"]}
            self.rest.update(mirror.distribution["pulp_href"], shown)
            projects = projects_of(mirror.index)
            self.teller.result(f"{len(projects)} projects, {GONE} is back and flask is gone")
            if GONE not in projects or "flask" in projects:
                raise StackError(f"Version {version['number']} is not what is shown.")
        with self.teller.step("Flask cannot be installed from the earlier version"):
            try:
                environment.install("flask")
            except InstallFailed as error:
                if "No matching distribution found for flask" not in error.output:
                    raise
                self.teller.result("pip says: No matching distribution found for flask")
            else:
                raise StackError("pip installed flask from a version that does not have it.")
        self.install(environment, GONE, f"Install {GONE} again, which the second version lacked")


def _count(version: Row, kind: str) -> int:
    entry = version["content_summary"][kind].get("pyindex.file", {})
    return int(entry.get("count", 0))

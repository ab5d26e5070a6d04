"""What serving costs: requests per second beside a server that sends the same bytes and no more."""

import tempfile
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

import requests

from bench import dataset, fixed, load
from bench.figures import Figure
from bench.many import Crowd, promote
from bench.upstream import Upstream
from support.pulp import Pulp, Row, unique, wait_for

_JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}
_HTML = {"Accept": "text/html"}
_GZIP = {"Accept-Encoding": "gzip"}
_GROUP = "Serving, one content process"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """An index that is not open, and what opens it."""

    index: str
    header: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Indexes to be loaded: their URLs."""

    #: Of a project with 5 and one with 500 files.
    pages: str
    #: With four files, all of which can be downloaded.
    files: str
    #: With many projects.
    many: str
    #: With very many files, and the same four; how many they are.
    crowd: str
    held: int
    #: How many projects `many` has.
    projects: int
    #: The pages again, for who shows a token, and for who has a password.
    token: Guarded
    password: Guarded


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing to load, and how far from the fixed bytes it may be."""

    name: str
    what: str
    url: str
    share: float
    headers: dict[str, str] = field(default_factory=dict)
    connections: int = 16
    #: Whether the other side sends a file from disk.
    file: bool = False
    #: Ask with the ETag of the first answer, so that all others are 304.
    unchanged: bool = False


def place(pulp: Pulp, upstream: Upstream, many: Row, projects: int, crowd: Crowd) -> Place:
    """Mirror what is served; the files go into a repository of very many files too."""
    pages = _mirror(pulp, upstream, "pages")
    files = _mirror(pulp, upstream, "files")
    crowded = pulp.create_repository()
    promote(pulp, crowded, crowd.version)
    hrefs = [row["pulp_href"] for row in pulp.files(pulp.latest(files))]
    pulp.task(pulp.post(f"{crowded['pulp_href']}modify/", {"add_content_units": hrefs}))
    summary = pulp.latest(crowded)["content_summary"]["present"]
    return Place(
        pages=_serve(pulp, pages),
        files=_serve(pulp, files),
        many=_serve(pulp, many),
        crowd=_serve(pulp, crowded),
        held=summary["pyindex.file"]["count"],
        projects=projects,
        token=_for_tokens(pulp, pages),
        password=_for_passwords(pulp, pages),
    )


def _for_tokens(pulp: Pulp, repository: Row) -> Guarded:
    served = pulp.distribute(repository=repository["pulp_href"], require_token=True)
    token = pulp.create(
        "pyindex/tokens/",
        name=served["name"],
        scopes=["read"],
        distributions=[served["pulp_href"]],
    )
    return Guarded(index=served["base_url"], header=_basic("__token__", token["token"]))


def _for_passwords(pulp: Pulp, repository: Row) -> Guarded:
    guard = pulp.create("contentguards/core/rbac/", name=unique("guard"))
    served = pulp.distribute(repository=repository["pulp_href"], content_guard=guard["pulp_href"])
    assert pulp.auth is not None
    return Guarded(index=served["base_url"], header=_basic(*pulp.auth))


def _basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def figures(where: Place) -> Iterator[Figure]:
    """Load everything by turns with the fixed bytes."""
    with tempfile.TemporaryDirectory(prefix="pyindex-bench-") as folder:
        recorder = fixed.Recorder(folder=Path(folder))
        cases = [_recorded(case, recorder) for case in _cases(where)]
        with fixed.serving(recorder.folder) as origin:
            for case in cases:
                yield _measured(case, origin)
    yield _guarded(where, where.token, "a token")
    yield _guarded(where, where.password, "a password")
    yield _beside_few(where)


def file_url(index: str, project: str) -> str:
    """URL of the only file of a project, as the project's page links it."""
    page = f"{index}simple/{project}/"
    entry = requests.get(page, headers=_JSON, timeout=60).json()["files"][0]
    return urljoin(page, str(entry["url"]))


def _cases(where: Place) -> list[Case]:
    five, hundreds = (f"{where.pages}simple/{name}/" for name in ("five", "five-hundred"))
    root = f"{where.many}simple/"
    return [
        Case(name="json", what="project of 5 files, JSON", url=five, headers=_JSON, share=0.75),
        Case(name="html", what="project of 5 files, HTML", url=five, headers=_HTML, share=0.75),
        Case(
            name="unchanged",
            what="project of 5 files, 304",
            url=five,
            headers=_JSON,
            share=0.75,
            unchanged=True,
        ),
        Case(
            name="hundreds",
            what="project of 500 files, JSON, gzip",
            url=hundreds,
            headers=_JSON | _GZIP,
            share=0.75,
        ),
        Case(
            name="root",
            what=f"list of {where.projects:,} projects, JSON, gzip",
            url=root,
            headers=_JSON | _GZIP,
            share=0.5,
        ),
        Case(
            name="small",
            what="file of 20 kB",
            url=file_url(where.files, dataset.SMALL),
            share=1.0,
            file=True,
        ),
        Case(
            name="large",
            what="file of 50 MB, 4 at once",
            url=file_url(where.files, dataset.LARGE),
            share=0.8,
            file=True,
            connections=4,
        ),
    ]


def _recorded(case: Case, recorder: fixed.Recorder) -> Case:
    """The case with the headers it is loaded with, after its answer is kept."""
    if case.file:
        recorder.file(case.name, case.url)
        return case
    answer = recorder.page(case.name, case.url, case.headers)
    if not case.unchanged:
        return case
    headers = {**case.headers, "If-None-Match": answer.headers["ETag"]}
    again = recorder.page(case.name, case.url, headers)
    if again.status_code != 304:
        raise RuntimeError(f"{case.url} → {again.status_code} where 304 was due")
    return Case(name=case.name, what=case.what, url=case.url, share=case.share, headers=headers)


def _measured(case: Case, origin: str) -> Figure:
    found = load.compare(
        load.Asked(url=case.url, headers=case.headers, connections=case.connections),
        load.Asked(url=f"{origin}/{case.name}", headers=case.headers, connections=case.connections),
    )
    other = "aiohttp FileResponse" if case.file else "fixed bytes"
    return Figure(
        group=_GROUP,
        what=f"{case.what}, c={case.connections}",
        measured=f"{_rate(found.ours)}, {found.share:.0%}",
        to_reach=f"≥ {case.share:.0%}",
        beside=f"{other}: {_rate(found.theirs)}",
        reached=found.share >= case.share,
    )


def _guarded(where: Place, guarded: Guarded, what: str) -> Figure:
    """A page of an index that is not open beside the same page of one that is."""
    page = "simple/five/"
    headers = _JSON | {"Authorization": guarded.header}
    wait_for(lambda: requests.get(guarded.index + page, headers=headers, timeout=60).ok, page)
    found = load.compare(
        load.Asked(url=guarded.index + page, headers=headers),
        load.Asked(url=where.pages + page, headers=_JSON),
    )
    return Figure(
        group=_GROUP,
        what=f"project of 5 files, JSON, with {what}, c=16",
        measured=f"{_rate(found.ours)}, {found.share:.0%}",
        to_reach="≥ 70 %",
        beside=f"the same, open: {_rate(found.theirs)}",
        reached=found.share >= 0.7,
    )


def _beside_few(where: Place) -> Figure:
    """The same file in a large and in a small repository. Equal within what a run can tell."""
    found = load.compare(
        load.Asked(url=file_url(where.crowd, dataset.SMALL)),
        load.Asked(url=file_url(where.files, dataset.SMALL)),
    )
    return Figure(
        group=_GROUP,
        what=f"file of 20 kB in a repository of {where.held:,} files, c=16",
        measured=f"{_rate(found.ours)}, {found.share:.0%}",
        to_reach="no slower (± 10 %)",
        beside=f"in one of 4 files: {_rate(found.theirs)}",
        reached=found.share >= 0.9,
    )


def _mirror(pulp: Pulp, upstream: Upstream, name: str) -> Row:
    remote = pulp.create_remote(upstream.url(name))
    repository = pulp.create_repository(remote=remote["pulp_href"])
    pulp.sync(repository)
    return repository


def _serve(pulp: Pulp, repository: Row) -> str:
    base_url: str = pulp.distribute(repository=repository["pulp_href"])["base_url"]
    return base_url


def _rate(per_second: float) -> str:
    return f"{per_second:,.0f}/s" if per_second >= 100 else f"{per_second:.1f}/s"

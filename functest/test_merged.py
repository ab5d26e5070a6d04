"""Indexes with others behind them: what is shown, order, changes, rights, and installers."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.cli import Cli
from support.clients import Clients
from support.index import Index
from support.markup import HTML_TYPE, JSON_TYPE
from support.merging import Merged, make_merged
from support.protecting import PASSWORD, VIEWER, grant
from support.pulp import Pulp, Row, unique
from support.stack import Stack
from support.upstream import Upstream
from support.wheels import MadeFile, wheel


@pytest.fixture(scope="module")
def merged(stack: Stack) -> Iterator[Merged]:
    """Made once: tests that change it do so to projects of their own."""
    pulp, near, far = stack.client(), Upstream().start(), Upstream().start()
    yield make_merged(pulp, near, far)
    pulp.clean_up()
    near.stop()
    far.stop()


def digests(index: Index, project: str) -> dict[str, str]:
    return {name: file["hashes"]["sha256"] for name, file in index.files(project).items()}


def installed(folder: Path) -> dict[str, str]:
    """What lies in a folder that was installed into: project → version."""
    names = (path.name.removesuffix(".dist-info") for path in folder.glob("*.dist-info"))
    return dict(name.split("-") for name in names)


def test_each_project_is_the_nearest_ones(merged: Merged) -> None:
    """Whole pages, in both forms; the list is the union."""
    index, files = merged.index, merged.files
    app = files["app-1.0-py3-none-any.whl near"]
    assert digests(index, "app") == {app.filename: app.sha256}
    assert index.download("app", app.filename) == app.body
    assert {"app", "lib", "private", "torchy"} <= index.projects()
    assert app.sha256 in index.html("app")
    assert index.json("app")["versions"] == ["1.0"]


def test_a_merge_rule_unites_the_files_of_all(merged: Merged) -> None:
    """Of two with the same name the nearer is shown; the other cannot be had by its address."""
    index, files = merged.index, merged.files
    near, far = (files[f"torchy-2.0-py3-none-any.whl {where}"] for where in ("near", "far"))
    assert digests(index, "torchy") == {
        "torchy-1.0-py3-none-any.whl": files["torchy-1.0-py3-none-any.whl near"].sha256,
        near.filename: near.sha256,
        "torchy-3.0-py3-none-any.whl": files["torchy-3.0-py3-none-any.whl far"].sha256,
    }
    assert index.json("torchy")["versions"] == ["1.0", "2.0", "3.0"]
    assert index.download("torchy", near.filename) == near.body
    url = index.files("torchy")[near.filename]["url"]
    hidden = url.replace(_place(near), _place(far))
    answer = index.get(hidden)
    assert answer.status_code == 404
    assert "has a file of this name and is nearer" in answer.text
    assert index.get(f"{url}.metadata").content == near.metadata

    document = index.get("pypi/torchy/json").json()
    assert {one["digests"]["sha256"] for urls in document["releases"].values() for one in urls} == (
        set(digests(index, "torchy").values())
    )
    assert document["info"]["version"] == "3.0"
    told = index.get("+explain/torchy").json()
    assert told["merged_by"] == "Torch*"
    outcomes = [(one["sha256"], one["outcome"], one["by"]) for one in told["files"] if "by" in one]
    assert outcomes == [(far.sha256, "drop", "merge")]
    one = index.get(f"+explain/torchy/{near.filename}").json()
    assert [file["outcome"] for file in one["files"]] == ["show", "drop"]


def test_the_command_line_explains_in_a_sentence(
    stack: Stack, merged: Merged, tmp_path: Path
) -> None:
    """Then every place and file in a row of its own; a file's sentence is about that file."""
    cli, name = Cli.of(stack, tmp_path), merged.row["name"]
    private, near, far = (
        one["base_path"] for one in (merged.house.distribution, merged.near, merged.far)
    )
    told = cli.run("explain", name, "app", "--format", "table", COLUMNS="220")
    first, *lines = [" ".join(line.split()) for line in told.splitlines() if line.strip()]
    assert first == (
        f"app at {merged.row['base_path']}: 200. The project belongs to the index '{near}'. "
        f"It comes from the repository of '{near}'."
    )
    rows = [line for line in lines if line.startswith("the ")]
    assert rows[0].startswith(f"the index '{private}' nothing nothing")
    assert rows[2].startswith(f"the index '{near}' answers 1 file it is the nearest")
    assert rows[4].startswith(f"the index '{far}' shadowed 1 file app belongs to")
    assert any(line.startswith("app-1.0-py3-none-any.whl show") for line in lines)

    gone = merged.files["torchy-2.0-py3-none-any.whl far"].filename
    told = cli.run("explain", name, "torchy", gone, "--format", "table", COLUMNS="220")
    assert told.startswith(f"{gone} at ")
    assert cli.json("explain", name, "torchy")["merged_by"] == "Torch*"
    assert {"answers", "upstream"} <= set(cli.json("distribution", "traffic", name))


def test_pages_are_answered_conditionally_and_compressed(merged: Merged) -> None:
    """Like published ones: strong ETags by form, 304, HEAD."""
    index = merged.index
    for path in ("simple/", "simple/app/", "simple/torchy/"):
        etags = set()
        for kind in (JSON_TYPE, HTML_TYPE):
            answer = index.get(path, headers={"Accept": kind})
            etags.add(answer.headers["ETag"])
            again = {"Accept": kind, "If-None-Match": answer.headers["ETag"]}
            assert index.get(path, headers=again).status_code == 304
            assert index.get(path, headers=again, method="HEAD").status_code == 304
            assert "X-PyPI-Last-Serial" in answer.headers
        assert len(etags) == 2


def test_a_page_without_a_rival_is_the_members_page(merged: Merged) -> None:
    """Byte for byte, whatever depth it comes from."""
    behind = Index(base=merged.far["base_url"])
    top = merged.pulp.distribute(bases=[merged.row["pulp_href"]])
    index = Index(base=top["base_url"]).wait_served()
    for kind in (JSON_TYPE, HTML_TYPE):
        pages = [
            one.get("simple/lib/", headers={"Accept": kind}).content
            for one in (behind, merged.index, index)
        ]
        assert pages[0] == pages[1] == pages[2]
    assert index.get("rss/updates.xml").status_code == 200
    assert "9.0" not in index.get("rss/project/app/releases.xml").text


def test_a_change_behind_is_seen_by_all_processes(merged: Merged) -> None:
    """A sync of a base, a takeover by an upload, and a changed order."""
    pulp, index = merged.pulp, merged.index
    name = unique("later")
    far = wheel(name, "5.0", salt=unique())
    assert index.get(f"simple/{name}/").status_code == 404
    merged.upstream.add(far)
    repository = pulp.read(merged.far["repository"])
    pulp.sync(repository)
    index.wait(lambda one: digests(one, name) == {far.filename: far.sha256}, "the sync")
    own = wheel(name, "0.1", salt=unique())
    assert merged.house.send(own).status_code == 200
    index.wait(lambda one: digests(one, name) == {own.filename: own.sha256}, "upload")
    assert name in index.projects()


def test_bases_keep_their_order_and_can_be_changed(pulp: Pulp, merged: Merged) -> None:
    """By PATCH; a file of the same name comes from the other then."""
    hrefs = [merged.near["pulp_href"], merged.far["pulp_href"]]
    row = pulp.distribute(bases=hrefs)
    assert row["bases"] == hrefs
    index = Index(base=row["base_url"]).wait_served()
    assert list(index.files("app")) == ["app-1.0-py3-none-any.whl"]
    changed = pulp.update(row["pulp_href"], bases=hrefs[::-1])
    assert changed["bases"] == hrefs[::-1]
    index.wait(lambda one: "app-9.0-py3-none-any.whl" in one.files("app"), "the order")
    assert pulp.update(row["pulp_href"], merge=["app"])["bases"] == hrefs[::-1]
    index.wait(lambda one: len(one.files("app")) == 2, "the merge rule")
    assert pulp.update(row["pulp_href"], bases=[])["bases"] == []
    index.wait(lambda one: one.get("simple/app/").status_code == 404, "no bases")


def test_a_protected_base_protects_what_shows_it(pulp: Pulp, merged: Merged) -> None:
    """Unless it lends itself; a token must then be good for the merged index alone."""
    locked = pulp.distribute(repository=merged.house.repository["pulp_href"], require_token=True)
    row = pulp.distribute(bases=[locked["pulp_href"], merged.far["pulp_href"]])
    index = Index(base=row["base_url"])
    index.wait(lambda one: one.get().status_code == 401, "the locked index")
    for path in ("simple/lib/", "simple/private/", "+explain/private", "pypi/lib/json"):
        assert index.get(path).status_code == 401
        assert locked["base_path"] in index.get(path).text

    def token(*rows: Row) -> tuple[str, str]:
        made = pulp.create(
            "pyindex/tokens/",
            name=unique(),
            scopes=["read"],
            distributions=[one["pulp_href"] for one in rows],
        )
        return "__token__", made["token"]

    assert index.get("simple/private/", auth=token(row)).status_code == 403
    both = token(row, locked)
    answer = index.get("simple/private/", auth=both)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert index.get("simple/private/", auth=pulp.auth).status_code == 200

    # Who may view the merged index alone learns nothing of the other by REST either.
    pulp.create("users/", username=row["name"], password=PASSWORD)
    him = replace(pulp, auth=(row["name"], PASSWORD))
    grant(pulp, row, VIEWER, him)
    asking = (f"{row['pulp_href']}explain/", {"project": "private"})
    told = him.get(asking[0], params=asking[1])
    assert (told.status_code, locked["base_path"] in told.text) == (403, True)

    pulp.update(locked["pulp_href"], lends=True)
    index.wait(lambda one: one.get("simple/private/").status_code == 200, "the lending")
    assert Index(base=locked["base_url"]).get("simple/private/").status_code == 401
    assert him.get(asking[0], params=asking[1]).json()["status"] == 200


def test_pip_resolves_through_one_url(merged: Merged, clients: Clients, tmp_path: Path) -> None:
    """From three indexes; never a higher version of a name that a nearer one owns."""
    clients.pip("install", "--target", "into", "app", index=merged.index.simple)
    assert installed(tmp_path / "into") == {"app": "1.0", "lib": "1.1", "private": "1.0"}


@pytest.mark.parametrize("strategy", ["first-index", "unsafe-first-match", "unsafe-best-match"])
def test_uv_resolves_through_one_url(
    merged: Merged, clients: Clients, tmp_path: Path, strategy: str
) -> None:
    """By every index strategy alike, and by time."""
    options = ("--default-index", merged.index.simple, "--index-strategy", strategy)
    clients.uv("pip", "install", *options, "--target", "into", "app", "torchy")
    assert installed(tmp_path / "into") == {
        "app": "1.0",
        "lib": "1.1",
        "private": "1.0",
        "torchy": "3.0",
    }
    clients.uv(
        *("pip", "install", *options, "--target", "then"),
        *("--exclude-newer", "2024-01-01", "lib", "torchy"),
    )
    assert installed(tmp_path / "then") == {"lib": "1.0", "torchy": "2.0"}


def test_poetry_locks_through_one_url(merged: Merged, clients: Clients, tmp_path: Path) -> None:
    """The digests are those of the nearest."""
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "mine"\nversion = "1"\nrequires-python = ">=3.11,<3.15"\n'
        'dependencies = ["app"]\n[tool.poetry]\npackage-mode = false\n[[tool.poetry.source]]\n'
        f'name = "ours"\nurl = "{merged.index.simple}"\npriority = "primary"\n'
    )
    clients.poetry("lock")
    locked = (tmp_path / "poetry.lock").read_text()
    assert merged.files["app-1.0-py3-none-any.whl near"].sha256 in locked
    assert merged.files["private-1.0-py3-none-any.whl near"].sha256 in locked
    assert "9.0" not in locked


def _place(made: MadeFile) -> str:
    digest = made.sha256
    return f"{digest[:2]}/{digest[2:4]}/{digest[4:]}/"

"""`pulp pyindex …`: an index from its first sync to production, by the command line alone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.cli import Cli, Refused
from support.clients import Clients
from support.pulp import Pulp, Row, unique
from support.stack import Stack
from support.upstream import Upstream
from support.wheels import sdist, wheel


@pytest.fixture
def cli(stack: Stack, tmp_path: Path) -> Cli:
    """Talks to the session's stack as the administrator."""
    return Cli.of(stack, tmp_path)


@pytest.fixture
def filled(upstream: Upstream) -> Upstream:
    """Three projects, one of them yanked."""
    upstream.add(wheel("alpha", "1.0"), sdist("alpha", "1.0"), wheel("alpha", "2.0"))
    upstream.add(wheel("beta", "2.0"), wheel("gamma", "1.0"))
    upstream.catalogue.yank("beta-2.0-py3-none-any.whl", "broken")
    return upstream


@pytest.fixture
def tidy(pulp: Pulp) -> Iterator[Callable[[str], str]]:
    """Names for what the command line makes, which is deleted after the test."""
    names: list[str] = []

    def name(word: str) -> str:
        names.append(unique(word))
        return names[-1]

    yield name
    for kind in ("distributions", "repositories", "remotes"):
        rows = pulp.rows(f"{kind}/pyindex/pyindex/", name__in=",".join(names))
        pulp.made += [row["pulp_href"] for row in reversed(rows)]


def test_a_mirror_is_one_sentence(
    cli: Cli, filled: Upstream, tidy: Callable[[str], str], tmp_path: Path
) -> None:
    """Remote, repository, sync and distribution; and what it says to type installs."""
    name = tidy("mirror")
    said = ("mirror", name, "--include", "alpha<2", "--include", "beta")
    made = cli.json(*said, "--from", filled.url, "--serve", f"team/{name}")
    assert made["sync"]["files"]["added"] == 3
    assert made["install"] == f"pip install --index-url {made['index']}simple/ alpha"

    url, project = made["install"].split()[3:]
    Clients(folder=tmp_path).pip("download", "--no-deps", project, index=url)
    assert (tmp_path / "alpha-1.0-py3-none-any.whl").exists()

    # Said again: nothing to do. Said otherwise: only that is changed.
    again = cli.json("mirror", name)
    assert again["sync"]["projects"]["changed"] == 0
    other = cli.json("mirror", name, "--include", "gamma", "--mirror", "--allow-mass-removal")
    assert (other["sync"]["files"]["added"], other["sync"]["files"]["removed"]) == (1, 3)
    assert other["index"] == made["index"]
    assert cli.json("remote", "show", name)["url"] == filled.url


def test_the_word_pypi_is_what_pip_here_is_configured_for(
    cli: Cli, filled: Upstream, tidy: Callable[[str], str]
) -> None:
    """User and password in that URL do not become part of the remote's."""
    name = tidy("configured")
    own = filled.url.replace("://", "://someone:secret@")
    cli.run("mirror", name, "--from", "pypi", "--no-sync", PIP_INDEX_URL=own)
    remote = cli.json("remote", "show", name)
    assert remote["url"] == filled.url
    assert {"name": "password", "is_set": True} in remote["hidden_fields"]
    with pytest.raises(Refused, match="say --from where"):
        cli.run("mirror", unique("other"))


@pytest.fixture
def dev(pulp: Pulp, filled: Upstream) -> Row:
    """A repository with all three projects, in version 1."""
    repository = pulp.create_repository()
    pulp.sync(repository, pulp.create_remote(filled.url))
    return repository


def test_from_dev_to_prod_and_back(cli: Cli, pulp: Pulp, dev: Row, tmp_path: Path) -> None:
    """Compare, promote, yank, upload, see what is served, and go back."""
    prod = pulp.create_repository()["name"]
    index = pulp.distribute(repository=cli.json("repository", "show", prod)["pulp_href"])["name"]

    coming = cli.json("diff", dev["name"], prod)
    assert [one["project"] for one in coming] == ["alpha", "beta", "gamma"]
    tried = cli.json("promote", f"{dev['name']}@1", prod, "--project", "alpha", "--dry-run")
    assert tried["difference"]["files_added"] == 3
    assert cli.json("repository", "show", prod)["latest_version_href"].endswith("/0/")
    releases = ("--release", "alpha==1.0", "--release", "beta==2.0")
    promoted = cli.json("promote", dev["name"], prod, *releases, "--note", "try these")
    assert promoted["repository_version"].endswith("/versions/1/")

    assert cli.json("yank", prod, "alpha==1.0", "--reason", "too old")["version"] == 2
    assert cli.json("unyank", prod, "alpha-1.0-py3-none-any.whl")["version"] == 3
    yanks = cli.json("content", "yank", "list", "--repository-version", prod)
    assert {one["filename"] for one in yanks} == {"alpha-1.0.tar.gz", "beta-2.0-py3-none-any.whl"}

    own = wheel("acme-own", "1.0")
    (tmp_path / own.filename).write_bytes(own.body)
    (tmp_path / "notes.txt").write_text("no wheel", "utf-8")
    with pytest.raises(Refused, match=r"notes\.txt: \[PYI014\]") as refused:
        cli.run("upload", prod, str(tmp_path / "notes.txt"), str(tmp_path / own.filename))
    assert refused.value.code == 1

    (served,) = cli.json("status", index)
    assert (served["shows"], served["latest"], served["files"]) == (f"{prod}@4", 4, 4)
    assert 0 <= served["age_seconds"] < 120

    assert cli.json("rollback", prod, "--to", "1")["repository_version"].endswith("/5/")
    assert cli.json("diff", prod, f"{prod}@1") == []


def test_what_cannot_be_done_is_told_with_its_field(cli: Cli, pulp: Pulp, dev: Row) -> None:
    """Or its rule; on standard error, with an exit code other than 0."""
    gated = pulp.create_repository(gates=[{"rule": "no_yanked"}])["name"]
    wrong: dict[tuple[str, ...], str] = {
        ("promote", dev["name"], dev["name"]): r"^Error: source: .*rollback",
        ("promote", dev["name"], gated): r"^Error: \[PYI061\] .*\nno_yanked: beta-2\.0-py3",
        ("promote", dev["name"], "nosuch"): r"^Error: There is no repository with name 'nosuch'",
        ("rollback", dev["name"], "--to", "77"): r"^Error: version: .*no version 77",
        ("yank", dev["name"], "nosuch"): r"^Error: \[PYI012\] .*'nosuch'",
        ("remote", "create", "--name", "x", "--url", "file:///x"): r"^Error: url: ",
        ("remote", "update", "nosuch", "--keep-latest", "few"): r"'--keep-latest': 'few' is not",
        ("version", "show", f"{dev['name']}@99"): rf"^Error: There is no .* 99 of '{dev['name']}'",
        ("promote", f"{dev['name']}@99", gated): rf"^Error: There is no .* 99 of '{dev['name']}'",
    }
    for words, message in wrong.items():
        with pytest.raises(Refused, match=message) as refused:
            cli.run(*words)
        assert refused.value.code in (1, 2)
    ended = cli.apart("repository", "show", "nosuch")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "Error: There is no repository with name 'nosuch'.\n"


def test_a_terminal_shows_tables_and_progress(cli: Cli, pulp: Pulp, dev: Row) -> None:
    """With names in place of addresses."""
    prod = pulp.create_repository(remote=None)["name"]
    shown = cli.on_a_terminal("promote", dev["name"], prod)
    assert shown.rstrip().endswith(f"Made {prod}@1.")
    listed = cli.on_a_terminal("repository", "list", "--name", prod)
    assert listed.split()[:2] == ["Name", "Latest"]
    assert f"{prod}@1" in listed
    assert "/pulp/api" not in listed
    assert "{" in cli.on_a_terminal("repository", "show", prod, "--format", "json")


def test_everything_has_a_place_on_the_command_line(
    cli: Cli, pulp: Pulp, dev: Row, tidy: Callable[[str], str]
) -> None:
    """Make, show, change, label, share and delete, with names wherever REST has addresses."""
    name = tidy("made")
    made = cli.json("repository", "create", "--name", name, "--label", "team=red")
    assert made["pulp_labels"] == {"team": "red"}
    remote = cli.json("remote", "list", "--ordering=-pulp_created", "--limit", "1")[0]["name"]
    changed = cli.json("repository", "update", name, "--remote", remote, "--no-autopublish")
    assert (changed["autopublish"], changed["remote"] is None) == (False, False)
    assert cli.json("repository", "update", name, "--remote", "")["remote"] is None

    base = f"{dev['name']}@1"
    cli.run("repository", "modify", name, "--base-version", base)
    publication = cli.json("publication", "create", "--repository", name)
    index = cli.json(
        *("distribution", "create", "--name", name, "--base-path", name, "--publication", name)
    )
    assert index["publication"] == publication["pulp_href"]
    moved = cli.json("distribution", "update", name, "--repository-version", base)
    assert (moved["publication"], moved["repository_version"][-3:]) == (None, "/1/")

    rules = '[{"name": "ours", "when": {"project": "beta"}, "action": "deny"}]'
    cli.run("ruleset", "create", "--name", name, "--rules", rules)
    tried = cli.json("ruleset", "dry-run", name, "--of", base)
    assert [one["project"] for one in tried["results"]] == ["beta"]
    cli.run("ruleset", "destroy", name)

    said = ("--name", name, "--scope", "read,upload", "--distribution", name)
    token = cli.json("token", "create", *said, "--project", "acme-*")
    assert token["token"].startswith(token["hint"])
    cli.run("token", "destroy", name)
    assert cli.json("token", "list", "--name", name) == []


def test_domains_are_reached_as_ever(domain_stack: Stack, filled: Upstream, tmp_path: Path) -> None:
    """By `pulp --domain`, with the same names in each."""
    name = unique("domain")
    domain_stack.client().create(
        "domains/",
        name=name,
        storage_class="pulpcore.app.models.storage.FileSystem",
        storage_settings={"MEDIA_ROOT": f"{domain_stack.home}/media-{name}"},
    )
    pulp = domain_stack.client(domain=name)
    cli = Cli.of(domain_stack, tmp_path)
    within = ("--domain", name)
    made = cli.json("mirror", "dev", "--from", filled.url, "--serve", "dev", pulp=within)
    assert made["index"] == f"{domain_stack.content}/pypi/{name}/dev/"
    cli.run("repository", "create", "--name", "prod", pulp=within)
    assert cli.json("promote", "dev", "prod", pulp=within)["difference"]["files_added"] == 5
    with pytest.raises(Refused, match="no repository with name 'prod'"):
        cli.run("repository", "show", "prod", pulp=("--domain", "default"))
    for kind in ("distributions", "repositories", "remotes"):
        pulp.made += [row["pulp_href"] for row in pulp.rows(f"{kind}/pyindex/pyindex/")]
    pulp.clean_up()

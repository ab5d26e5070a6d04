"""Read-protected indexes: who gets what with which credentials, and how soon that changes."""

import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests

from support.clients import BIN, Clients
from support.index import Index
from support.pulp import Mirror, Pulp, Row, unique
from support.upstream import Upstream
from support.wheels import wheel

ALPHA = wheel("alpha", "1.0")
ACME = wheel("acme-lib", "1.0")
PASSWORD = "a long password of a user"
DOWNLOADER = "core.rbaccontentguard_downloader"
VIEWER = "pyindex.pyindexdistribution_viewer"

Auth = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """A mirror whose distribution demands tokens."""

    pulp: Pulp
    mirror: Mirror
    distribution: Row
    index: Index
    file: str

    def token(self, by: Pulp | None = None, **fields: Any) -> Row:
        """A token for reading, of the administrator or of somebody else."""
        given = {
            "name": unique("token"),
            "scopes": ["read"],
            "distributions": [self.distribution["pulp_href"]],
            **fields,
        }
        return (by or self.pulp).create("pyindex/tokens/", **given)

    def user(self, *, may_view: bool = False) -> Pulp:
        """A new user."""
        name = unique("user")
        self.pulp.create("users/", username=name, password=PASSWORD)
        user = replace(self.pulp, auth=(name, PASSWORD), made=self.pulp.made)
        if may_view:
            grant(self.pulp, self.distribution, VIEWER, user)
        return user

    def paths(self) -> list[str]:
        """Everything there is to read."""
        own_place = self.index.base.replace("/pypi/", "/pulp/content/", 1)
        return [
            "simple/",
            "simple/alpha/",
            self.file,
            f"{self.file}.metadata",
            f"{own_place}simple/alpha/",
            "pypi/alpha/json",
        ]


def grant(pulp: Pulp, row: Row, role: str, to: Pulp) -> None:
    assert to.auth is not None
    answer = pulp.post(f"{row['pulp_href']}add_role/", {"role": role, "users": [to.auth[0]]})
    assert answer.ok, answer.text


def basic(token: Row) -> Auth:
    return "__token__", str(token["token"])


@pytest.fixture
def mirror(pulp: Pulp, upstream: Upstream) -> Mirror:
    upstream.add(ALPHA, ACME)
    return pulp.mirror(upstream.url, policy="immediate")


@pytest.fixture
def protected(pulp: Pulp, mirror: Mirror) -> Protected:
    file = str(mirror.index.files("alpha")[ALPHA.filename]["url"])
    distribution = pulp.update(mirror.distribution["pulp_href"], require_token=True)
    mirror.index.wait(lambda index: index.get().status_code == 401, "the protection")
    return Protected(
        pulp=pulp, mirror=mirror, distribution=distribution, index=mirror.index, file=file
    )


@pytest.fixture
def guarded(pulp: Pulp, mirror: Mirror) -> tuple[Row, Index]:
    """A guard that asks for rights, and the index behind it."""
    guard = pulp.create("contentguards/core/rbac/", name=unique("guard"))
    pulp.update(mirror.distribution["pulp_href"], content_guard=guard["pulp_href"])
    mirror.index.wait(lambda index: index.get().status_code == 401, "the guard")
    return guard, mirror.index


def statuses(index: Index, path: str = "simple/", **options: Any) -> set[int]:
    """What new connections are answered, enough of them to meet every content process."""
    found = set()
    for _ in range(8):
        with requests.Session() as session:
            found.add(replace(index, session=session).get(path, **options).status_code)
    return found


def within_a_second(index: Index, status: int, **options: Any) -> None:
    """From a second after now on every process answers `status`."""
    time.sleep(1)
    assert statuses(index, **options) == {status}


def test_nobody_and_wrong_credentials_are_asked_for_others(protected: Protected) -> None:
    """401 with a challenge, on every path, and never a page."""
    wrong: list[Auth | None] = [
        None,
        ("__token__", "pyindex-of-nobody"),
        ("__token__", "nonsense"),
        ("nobody", "wrong"),
        ("admin", "wrong"),
    ]
    for path in protected.paths():
        for auth in wrong:
            answer = protected.index.get(path, auth=auth)
            assert answer.status_code == 401, (path, auth)
            assert answer.headers["WWW-Authenticate"].startswith("Basic "), (path, auth)
            assert answer.headers["Content-Type"].startswith("text/plain")
            assert answer.headers["Cache-Control"] == "no-store"
            assert len(answer.text) > 20
    for header in ("Bearer pyindex-nobody", "Bearer x.y.z", "Basic !", "Negotiate abc"):
        answer = protected.index.get(headers={"Authorization": header})
        assert answer.status_code == 401, header


def test_a_token_reads_everything_of_its_index(protected: Protected) -> None:
    """As `__token__`, as any user's password, as a bearer token."""
    token = protected.token()
    secret = token["token"]
    for path in protected.paths():
        shown = protected.index.get(path, auth=basic(token))
        assert shown.status_code == 200, path
        assert shown.headers["Cache-Control"].startswith("private"), path
        assert protected.index.get(path, auth=("somebody", secret)).status_code == 200
        bearer = {"Authorization": f"Bearer {secret}"}
        assert protected.index.get(path, headers=bearer).status_code == 200
        assert protected.index.get(path, auth=basic(token), method="HEAD").status_code == 200
    assert protected.index.get("simple/none/", auth=basic(token)).status_code == 404


def test_a_token_for_something_else_is_forbidden(protected: Protected) -> None:
    """403 that says why: another scope, another index, another project."""
    other = protected.pulp.distribute(repository=protected.mirror.repository["pulp_href"])
    upload = protected.token(scopes=["upload"])
    elsewhere = protected.token(distributions=[other["pulp_href"]])
    for token, why in ((upload, "no scope 'read'"), (elsewhere, "not good for this index")):
        for path in protected.paths():
            answer = protected.index.get(path, auth=basic(token))
            assert answer.status_code == 403, path
            assert why in answer.text
    both = protected.token(distributions=[other["pulp_href"], protected.distribution["pulp_href"]])
    assert protected.index.get(auth=basic(both)).ok


def test_a_token_for_projects_reads_those_and_the_list(protected: Protected) -> None:
    """Pages and files of others are forbidden."""
    token = protected.token(projects=["acme-*"])
    full = replace(protected.index, auth=basic(protected.token()))
    acme = str(full.files("acme-lib")[ACME.filename]["url"])
    index = protected.index
    for path in ("simple/", "simple/acme-lib/", acme, f"{acme}.metadata", "pypi/acme-lib/json"):
        assert index.get(path, auth=basic(token)).status_code == 200, path
    assert index.get("simple/Acme_Lib", auth=basic(token)).status_code == 301
    for path in ("simple/alpha/", protected.file, f"{protected.file}.metadata", "pypi/alpha/json"):
        answer = index.get(path, auth=basic(token))
        assert answer.status_code == 403, path
        assert "not good for this project" in answer.text


def test_users_read_with_their_right_to_view(protected: Protected) -> None:
    """With the right on the distribution, on all of them, or as administrator; else 403."""
    viewer, stranger = protected.user(may_view=True), protected.user()
    everywhere = protected.user()
    assert everywhere.auth is not None
    users = protected.pulp.rows("users/", username=everywhere.auth[0])
    role = {"role": VIEWER, "content_object": None}
    assert protected.pulp.post(f"{users[0]['pulp_href']}roles/", role).ok
    for path in protected.paths():
        for reader in (viewer, everywhere, protected.pulp):
            assert protected.index.get(path, auth=reader.auth).status_code == 200, path
        refused = protected.index.get(path, auth=stranger.auth)
        assert refused.status_code == 403, path
        assert "isn't allowed to read" in refused.text


def test_a_token_never_may_more_than_its_owner(protected: Protected) -> None:
    """When he loses the right, is not active, or is gone, it is good for nothing."""
    pulp, index = protected.pulp, protected.index
    owner = protected.user(may_view=True)
    token = protected.token(by=owner)
    assert owner.auth is not None
    assert statuses(index, auth=basic(token)) == {200}

    viewer = {"role": VIEWER, "users": [owner.auth[0]]}
    assert pulp.post(f"{protected.distribution['pulp_href']}remove_role/", viewer).ok
    within_a_second(index, 403, auth=basic(token))
    assert pulp.post(f"{protected.distribution['pulp_href']}add_role/", viewer).ok
    within_a_second(index, 200, auth=basic(token))

    (user,) = pulp.rows("users/", username=owner.auth[0])
    assert pulp.patch(user["pulp_href"], {"is_active": False}).ok
    within_a_second(index, 401, auth=basic(token))
    assert pulp.patch(user["pulp_href"], {"is_active": True}).ok
    within_a_second(index, 200, auth=basic(token))
    assert pulp.delete(user["pulp_href"]).ok
    pulp.made.remove(user["pulp_href"])
    within_a_second(index, 401, auth=basic(token))
    assert pulp.read(token["pulp_href"])["owner"] is None


def test_a_revoked_token_is_refused_within_a_second(protected: Protected) -> None:
    """By every content process; a new one is good at once."""
    token = protected.token()
    assert statuses(protected.index, auth=basic(token)) == {200}
    assert protected.pulp.delete(token["pulp_href"]).status_code == 204
    protected.pulp.made.remove(token["pulp_href"])
    within_a_second(protected.index, 401, auth=basic(token))


def test_an_expired_token_is_refused(protected: Protected) -> None:
    """From that moment, and the answer says so."""
    end = datetime.now(UTC) + timedelta(seconds=4)
    token = protected.token(expires_at=end.isoformat())
    assert protected.index.get(auth=basic(token)).ok
    time.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds()) + 0.05)
    answer = protected.index.get(auth=basic(token))
    assert answer.status_code == 401
    assert "has expired" in answer.text


def test_a_changed_password_is_wrong_within_a_second(protected: Protected) -> None:
    """Although right passwords are remembered."""
    user = protected.user(may_view=True)
    assert user.auth is not None
    name = user.auth[0]
    assert statuses(protected.index, auth=(name, PASSWORD)) == {200}
    (row,) = protected.pulp.rows("users/", username=name)
    assert protected.pulp.patch(row["pulp_href"], {"password": "an entirely other one"}).ok
    within_a_second(protected.index, 401, auth=(name, PASSWORD))
    assert statuses(protected.index, auth=(name, "an entirely other one")) == {200}
    assert protected.pulp.patch(row["pulp_href"], {"is_active": False}).ok
    within_a_second(protected.index, 401, auth=(name, "an entirely other one"))


def test_what_one_may_read_is_not_in_a_cache_for_others(protected: Protected) -> None:
    """However often it was asked for; and what everyone could read is not kept for nobody."""
    token = basic(protected.token())
    for path in protected.paths():
        for _ in range(12):
            assert protected.index.get(path, auth=token).status_code == 200
        assert statuses(protected.index, path) == {401}, path

    href = protected.distribution["pulp_href"]
    protected.pulp.update(href, require_token=False)
    protected.index.wait_served()
    for path in protected.paths():
        assert statuses(protected.index, path) == {200}, path
        assert protected.index.get(path).headers["Cache-Control"].startswith("public"), path
    protected.pulp.update(href, require_token=True)
    time.sleep(1)
    for path in protected.paths():
        assert statuses(protected.index, path) == {401}, path


def test_tokens_pass_a_guard_that_lets_their_owner_pass(
    pulp: Pulp, mirror: Mirror, guarded: tuple[Row, Index]
) -> None:
    """Only at the index they are for; a right that is taken away is gone within a second."""
    guard, index = guarded
    reader = Protected(
        pulp=pulp, mirror=mirror, distribution=mirror.distribution, index=index, file=""
    )
    downloader, other = reader.user(may_view=True), reader.user(may_view=True)
    grant(pulp, guard, DOWNLOADER, downloader)
    token = reader.token(by=downloader)
    assert statuses(index, auth=basic(token)) == {200}
    assert statuses(index, auth=downloader.auth) == {200}
    assert statuses(index, auth=other.auth) == {403}
    assert statuses(index, auth=basic(reader.token(by=other))) == {403}
    assert statuses(index) == {401}
    elsewhere = pulp.distribute(repository=mirror.repository["pulp_href"])
    stray = reader.token(distributions=[elsewhere["pulp_href"]])
    assert statuses(index, auth=basic(stray)) == {403}

    assert downloader.auth is not None
    taken = {"role": DOWNLOADER, "users": [downloader.auth[0]]}
    assert pulp.post(f"{guard['pulp_href']}remove_role/", taken).ok
    within_a_second(index, 403, auth=basic(token))
    assert statuses(index, auth=downloader.auth) == {403}


def test_a_guard_and_a_demand_for_tokens_both_hold(protected: Protected) -> None:
    """The header alone is not enough, nor is the token."""
    guard = protected.pulp.create(
        "contentguards/core/header/",
        name=unique("guard"),
        header_name="x-team",
        header_value="blue",
    )
    href = protected.distribution["pulp_href"]
    protected.pulp.update(href, content_guard=guard["pulp_href"])
    token, blue = basic(protected.token()), {"x-team": b64encode(b"blue").decode()}
    protected.index.wait(lambda index: index.get(auth=token).status_code == 403, "the guard")
    assert statuses(protected.index, headers=blue) == {401}
    assert statuses(protected.index, headers=blue, auth=token) == {200}
    assert statuses(protected.index, auth=token) == {403}


@pytest.fixture
def clients(tmp_path: Path) -> Clients:
    return Clients(folder=tmp_path)


def with_credentials(url: str, auth: Auth) -> str:
    name, password = (quote(part, safe="") for part in auth)
    return url.replace("://", f"://{name}:{password}@", 1)


def downloaded(folder: Path) -> set[str]:
    return {path.name for path in (folder / "got").iterdir()}


Way = Callable[[Clients, Protected, Auth], None]


def by_url(clients: Clients, protected: Protected, auth: Auth) -> None:
    url = with_credentials(protected.index.simple, auth)
    clients.pip("download", "--dest", "got", "alpha", index=url)


def by_netrc(clients: Clients, protected: Protected, auth: Auth) -> None:
    host = urlsplit(protected.index.simple).hostname
    netrc = clients.folder / ".netrc"
    netrc.write_text(f'machine {host}\nlogin {auth[0]}\npassword "{auth[1]}"\n')
    netrc.chmod(0o600)
    clients.pip("download", "--dest", "got", "alpha", index=protected.index.simple)


@pytest.mark.parametrize("way", [by_url, by_netrc])
def test_pip_reads_a_protected_index(
    clients: Clients, protected: Protected, way: Way, tmp_path: Path
) -> None:
    """With a token and with a password, in the URL and in a netrc file."""
    user = protected.user(may_view=True)
    assert user.auth is not None
    for auth in (basic(protected.token()), user.auth):
        way(clients, protected, auth)
        assert downloaded(tmp_path) == {ALPHA.filename}
        (tmp_path / "got" / ALPHA.filename).unlink()


def test_uv_reads_a_protected_index(clients: Clients, protected: Protected, tmp_path: Path) -> None:
    """With credentials from its environment variables; without them it says 401."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\n'
        'dependencies = ["alpha"]\n'
        f'[[tool.uv.index]]\nname = "team"\nurl = "{protected.index.simple}"\ndefault = true\n'
    )
    command = (str(BIN / "uv"), "lock", "--project", str(project))
    refused = clients.run(*command, ok=False, env={"UV_NO_CONFIG": "0"})
    assert "401" in refused.output
    name, password = basic(protected.token())
    env = {"UV_INDEX_TEAM_USERNAME": name, "UV_INDEX_TEAM_PASSWORD": password}
    clients.run(*command, env={**env, "UV_NO_CONFIG": "0"})
    assert ALPHA.sha256 in (project / "uv.lock").read_text()

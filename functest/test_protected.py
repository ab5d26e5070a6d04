"""Read-protected indexes: who gets what with which credentials, and installers with theirs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from support.clients import BIN, Clients
from support.protecting import ACME, ALPHA, VIEWER, Auth, Protected, basic


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

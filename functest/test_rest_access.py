"""Who may do what: users with roles on types and on objects."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from support.pulp import Pulp, Row, unique
from support.wheels import wheel

REMOTES = "remotes/pyindex/pyindex/"
REPOSITORIES = "repositories/pyindex/pyindex/"
DISTRIBUTIONS = "distributions/pyindex/pyindex/"
FILES = "content/pyindex/files/"

URL = "http://index.example/simple/"
PASSWORD = "a long password of a user"

MakeUser = Callable[..., Pulp]


@pytest.fixture
def make_user(pulp: Pulp) -> MakeUser:
    """Makes users; each comes as a client of its own. Arguments are roles on types."""

    def make(*roles: str) -> Pulp:
        name = unique("user")
        user = pulp.create("users/", username=name, password=PASSWORD)
        for role in roles:
            given = {"role": f"pyindex.{role}", "content_object": None}
            assert pulp.post(f"{user['pulp_href']}roles/", given).ok
        # What a user makes is deleted with what the administrator made.
        return replace(pulp, auth=(name, PASSWORD), made=pulp.made)

    return make


def grant(pulp: Pulp, row: Row, role: str, to: Pulp) -> None:
    """Give a user a role on one object."""
    assert to.auth is not None
    given = {"role": f"pyindex.{role}", "users": [to.auth[0]]}
    answer = pulp.post(f"{row['pulp_href']}add_role/", given)
    assert answer.ok, answer.text


def test_nobody_sees_or_makes_anything_without_a_role(pulp: Pulp, make_user: MakeUser) -> None:
    """Lists are empty, others' objects are not there, creating is forbidden."""
    remote = pulp.create_remote(URL)
    nobody = make_user()
    assert nobody.rows(REMOTES) == []
    assert nobody.get(remote["pulp_href"]).status_code == 404
    assert nobody.post(REMOTES, {"name": unique(), "url": URL}).status_code == 403
    assert nobody.post(REPOSITORIES, {"name": unique()}).status_code == 403
    assert nobody.get(REMOTES, auth=None).status_code == 401


def test_who_creates_owns_and_may_let_others_see(make_user: MakeUser) -> None:
    """The owner changes, a viewer sees, and a viewer who is one no more does not."""
    owner = make_user("pyindexremote_creator")
    other = make_user()
    remote = owner.create_remote(URL)
    href = remote["pulp_href"]
    assert owner.update(href, keep_latest=2)["keep_latest"] == 2
    assert other.get(href).status_code == 404

    grant(owner, remote, "pyindexremote_viewer", other)
    assert other.read(href)["keep_latest"] == 2
    assert other.patch(href, {"keep_latest": 3}).status_code == 403
    assert other.delete(href).status_code == 403
    assert other.get(f"{href}list_roles/").status_code == 403
    assert other.read(f"{href}my_permissions/")["permissions"] == ["pyindex.view_pyindexremote"]

    assert other.auth is not None
    taken = {"role": "pyindex.pyindexremote_viewer", "users": [other.auth[0]]}
    assert owner.post(f"{href}remove_role/", taken).ok
    assert other.get(href).status_code == 404


def test_syncing_needs_the_right_and_a_remote_one_may_see(pulp: Pulp, make_user: MakeUser) -> None:
    """Neither a viewer of the repository nor a stranger to the remote may sync."""
    repository = pulp.create_repository()
    remote = pulp.create_remote(URL)
    sync = f"{repository['pulp_href']}sync/"
    order = {"remote": remote["pulp_href"]}

    viewer = make_user()
    grant(pulp, repository, "pyindexrepository_viewer", viewer)
    grant(pulp, remote, "pyindexremote_viewer", viewer)
    assert viewer.post(sync, order).status_code == 403

    owner = make_user()
    grant(pulp, repository, "pyindexrepository_owner", owner)
    assert owner.post(sync, order).status_code == 403
    assert owner.patch(repository["pulp_href"], order).status_code == 403


def test_serving_and_publishing_need_a_repository_one_may_see(
    pulp: Pulp, make_user: MakeUser
) -> None:
    """Making distributions and publications is no way into others' repositories."""
    repository = pulp.create_repository()
    user = make_user("pyindexdistribution_creator", "pyindexpublication_creator")
    order = {"name": unique(), "base_path": unique(), "repository": repository["pulp_href"]}
    assert user.post(DISTRIBUTIONS, order).status_code == 403
    publications = "publications/pyindex/pyindex/"
    assert user.post(publications, {"repository": repository["pulp_href"]}).status_code == 403

    own = user.distribute()
    changed = user.patch(own["pulp_href"], {"repository": repository["pulp_href"]})
    assert changed.status_code == 403

    grant(pulp, repository, "pyindexrepository_viewer", user)
    assert user.update(own["pulp_href"], repository=repository["pulp_href"])["repository"]


def test_content_is_seen_through_repositories(
    pulp: Pulp, mirrored: Row, make_user: MakeUser
) -> None:
    """Who sees a repository sees its files, and nothing else; labels need a right of their own."""
    user = make_user()
    version = pulp.latest(mirrored)["pulp_href"]
    (file,) = pulp.rows(FILES, repository_version=version, project="beta")
    assert user.rows(FILES) == []
    assert user.get(file["pulp_href"]).status_code == 404

    grant(pulp, mirrored, "pyindexrepository_viewer", user)
    assert {row["filename"] for row in user.rows(FILES)} == pulp.filenames(version)
    assert user.read(file["pulp_href"])["sha256"] == file["sha256"]
    label = {"key": "mine", "value": "yes"}
    assert user.post(f"{file['pulp_href']}set_label/", label).status_code == 403
    assert user.get(version).ok
    assert user.post(f"{version}repair/", {}).status_code == 403
    assert user.delete(version).status_code == 403


def test_who_may_upload_to_a_repository_may_by_rest(pulp: Pulp, make_user: MakeUser) -> None:
    """And is written down; a viewer may not, nor does anybody without a repository."""
    repository = pulp.create_repository()
    made = wheel("alpha", salt=unique())
    order: Row = {
        "data": {"repository": repository["pulp_href"]},
        "files": {"file": (made.filename, made.body)},
    }
    user = make_user()
    grant(pulp, repository, "pyindexrepository_viewer", user)
    assert user.post(FILES, **order).status_code == 403
    grant(pulp, repository, "pyindexrepository_uploader", user)
    assert user.post(FILES, files=order["files"]).status_code == 400
    task = user.task(user.post(FILES, **order))
    assert task["result"]["version"] == 1
    [record] = user.rows(f"{repository['pulp_href']}uploads/")
    assert user.auth is not None
    assert (record["filename"], record["user"]) == (made.filename, user.auth[0])


def test_only_what_one_sees_is_put_behind_an_index(pulp: Pulp, make_user: MakeUser) -> None:
    """Nor is it explained to whom it is not shown; whether others exist is not told."""
    base = pulp.distribute()
    creator = make_user("pyindexdistribution_creator")
    order = {"name": unique(), "base_path": unique(), "bases": [base["prn"]]}
    answer = creator.post(DISTRIBUTIONS, order)
    assert answer.status_code == 400
    assert "that you may view" in answer.text
    explain = f"{base['pulp_href']}explain/"
    assert creator.get(explain, params={"project": "alpha"}).status_code == 404
    grant(pulp, base, "pyindexdistribution_viewer", creator)
    made = creator.distribute(bases=[base["pulp_href"]])
    assert made["bases"] == [base["pulp_href"]]
    assert creator.read(explain, project="alpha")["status"] == 404

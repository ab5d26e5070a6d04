"""Rights to read come and go, and guards beside the demand for tokens."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest

from support.index import Index
from support.protecting import (
    DOWNLOADER,
    PASSWORD,
    VIEWER,
    Protected,
    basic,
    grant,
    soon,
    statuses,
)
from support.pulp import Mirror, Pulp, Row, unique


@pytest.fixture
def guarded(pulp: Pulp, readable: Mirror) -> tuple[Row, Index]:
    """A guard that asks for rights, and the index behind it."""
    guard = pulp.create("contentguards/core/rbac/", name=unique("guard"))
    pulp.update(readable.distribution["pulp_href"], content_guard=guard["pulp_href"])
    readable.index.wait(lambda index: index.get().status_code == 401, "the guard")
    return guard, readable.index


def test_a_token_never_may_more_than_its_owner(protected: Protected) -> None:
    """When he loses the right, is not active, or is gone, it is good for nothing."""
    pulp, index = protected.pulp, protected.index
    owner = protected.user(may_view=True)
    token = protected.token(by=owner)
    assert owner.auth is not None
    assert statuses(index, auth=basic(token)) == {200}

    viewer = {"role": VIEWER, "users": [owner.auth[0]]}
    assert pulp.post(f"{protected.distribution['pulp_href']}remove_role/", viewer).ok
    soon(index, 403, auth=basic(token))
    assert pulp.post(f"{protected.distribution['pulp_href']}add_role/", viewer).ok
    soon(index, 200, auth=basic(token))

    (user,) = pulp.rows("users/", username=owner.auth[0])
    assert pulp.patch(user["pulp_href"], {"is_active": False}).ok
    soon(index, 401, auth=basic(token))
    assert pulp.patch(user["pulp_href"], {"is_active": True}).ok
    soon(index, 200, auth=basic(token))
    assert pulp.delete(user["pulp_href"]).ok
    pulp.made.remove(user["pulp_href"])
    soon(index, 401, auth=basic(token))
    assert pulp.read(token["pulp_href"])["owner"] is None


def test_a_revoked_token_is_refused(protected: Protected) -> None:
    """By every content process; a new one is good at once."""
    token = protected.token()
    assert statuses(protected.index, auth=basic(token)) == {200}
    assert protected.pulp.delete(token["pulp_href"]).status_code == 204
    protected.pulp.made.remove(token["pulp_href"])
    soon(protected.index, 401, auth=basic(token))


def test_an_expired_token_is_refused(protected: Protected) -> None:
    """From that moment, and the answer says so."""
    token = protected.token(expires_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    assert statuses(protected.index, auth=basic(token)) == {200}
    end = datetime.now(UTC) + timedelta(seconds=5)
    protected.pulp.update(token["pulp_href"], expires_at=end.isoformat())
    soon(protected.index, 401, auth=basic(token))
    assert datetime.now(UTC) >= end
    assert "has expired" in protected.index.get(auth=basic(token)).text


def test_a_changed_password_is_wrong(protected: Protected) -> None:
    """Although right passwords are remembered."""
    user = protected.user(may_view=True)
    assert user.auth is not None
    name = user.auth[0]
    assert statuses(protected.index, auth=(name, PASSWORD)) == {200}
    (row,) = protected.pulp.rows("users/", username=name)
    assert protected.pulp.patch(row["pulp_href"], {"password": "an entirely other one"}).ok
    soon(protected.index, 401, auth=(name, PASSWORD))
    assert statuses(protected.index, auth=(name, "an entirely other one")) == {200}
    assert protected.pulp.patch(row["pulp_href"], {"is_active": False}).ok
    soon(protected.index, 401, auth=(name, "an entirely other one"))


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
    for path in protected.paths():
        soon(protected.index, 401, path)


def test_tokens_pass_a_guard_that_lets_their_owner_pass(
    pulp: Pulp, readable: Mirror, guarded: tuple[Row, Index]
) -> None:
    """Only at the index they are for; a right that is taken away is gone soon."""
    guard, index = guarded
    reader = Protected(
        pulp=pulp, mirror=readable, distribution=readable.distribution, index=index, file=""
    )
    downloader, other = reader.user(may_view=True), reader.user(may_view=True)
    grant(pulp, guard, DOWNLOADER, downloader)
    token = reader.token(by=downloader)
    assert statuses(index, auth=basic(token)) == {200}
    assert statuses(index, auth=downloader.auth) == {200}
    assert statuses(index, auth=other.auth) == {403}
    assert statuses(index, auth=basic(reader.token(by=other))) == {403}
    assert statuses(index) == {401}
    elsewhere = pulp.distribute(repository=readable.repository["pulp_href"])
    stray = reader.token(distributions=[elsewhere["pulp_href"]])
    assert statuses(index, auth=basic(stray)) == {403}

    assert downloader.auth is not None
    taken = {"role": DOWNLOADER, "users": [downloader.auth[0]]}
    assert pulp.post(f"{guard['pulp_href']}remove_role/", taken).ok
    soon(index, 403, auth=basic(token))
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

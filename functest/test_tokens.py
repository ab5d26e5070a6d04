"""Tokens by REST: who makes them for what, what is shown of them, how they end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from support.pulp import Mirror, Pulp, Row, refusal, unique, wait_for
from support.stack import Stack
from support.upstream import Upstream
from support.wheels import wheel

TOKENS = "pyindex/tokens/"
PASSWORD = "a long password of a user"

MakeUser = Callable[..., Pulp]


@pytest.fixture
def mirror(pulp: Pulp, upstream: Upstream) -> Mirror:
    upstream.add(wheel("alpha"))
    return pulp.mirror(upstream.url)


@pytest.fixture
def make_user(pulp: Pulp) -> MakeUser:
    """Makes users without any role; each comes as a client of its own."""

    def make() -> Pulp:
        name = unique("user")
        pulp.create("users/", username=name, password=PASSWORD)
        return replace(pulp, auth=(name, PASSWORD), made=pulp.made)

    return make


def order(distribution: Row, **fields: Any) -> Row:
    """What is posted for a token."""
    return {
        "name": unique("token"),
        "scopes": ["read"],
        "distributions": [distribution["pulp_href"]],
        **fields,
    }


def let_view(pulp: Pulp, distribution: Row, user: Pulp) -> None:
    assert user.auth is not None
    role = {"role": "pyindex.pyindexdistribution_viewer", "users": [user.auth[0]]}
    assert pulp.post(f"{distribution['pulp_href']}add_role/", role).ok


def test_the_secret_is_shown_once(pulp: Pulp, stack: Stack, mirror: Mirror) -> None:
    """The answer to its making holds it; nothing that is read or logged later does."""
    answer = pulp.post(TOKENS, order(mirror.distribution, projects=["acme-*"]))
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    made = answer.json()
    pulp.made.append(made["pulp_href"])
    secret = made.pop("token")
    assert secret.startswith("pyindex-")
    assert secret.startswith(made["hint"])
    assert len(secret) > len(made["hint"]) + 30
    assert made["owner"] == "admin"
    assert made["projects"] == ["acme-*"]
    assert made["expires_at"] is None
    assert made["last_used"] is None

    assert pulp.read(made["pulp_href"]) == made
    assert pulp.rows(TOKENS, name=made["name"]) == [made]
    assert pulp.rows(TOKENS, name="none of this name") == []
    assert mirror.index.get(auth=("__token__", secret)).ok
    assert secret not in stack.logs()
    tasks = pulp.get("tasks/", params={"limit": 5}).text
    assert secret not in tasks


def test_what_makes_no_sense_is_refused(pulp: Pulp, mirror: Mirror) -> None:
    """Each mistake is told under the field it is in."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()

    def said(field: str, **fields: Any) -> str:
        return refusal(pulp.post(TOKENS, order(mirror.distribution, **fields)), field)

    assert "'write' is not a scope" in said("scopes", scopes=["read", "write"])
    assert "may not be empty" in said("scopes", scopes=[])
    assert "may not be empty" in said("distributions", distributions=[])
    assert "over already" in said("expires_at", expires_at=yesterday)
    for nonsense in ("a b", "acme>1", "", "-x", "ä"):
        assert said("projects", projects=["fine", nonsense]), nonsense
    remote = pulp.create_remote("http://index.example/simple/")
    assert said("distributions", distributions=[remote["pulp_href"]])
    assert said("token", token="mine")
    assert said("sha256", sha256="00")

    first = pulp.create(TOKENS, **order(mirror.distribution))
    assert "already" in said("name", name=first["name"])


def test_a_user_makes_tokens_for_what_he_may_view(
    pulp: Pulp, mirror: Mirror, make_user: MakeUser
) -> None:
    """For other distributions he cannot; others' tokens he does not see."""
    user, other = make_user(), make_user()
    refused = user.post(TOKENS, order(mirror.distribution))
    assert "you may view" in refusal(refused, "distributions")
    assert user.get(TOKENS, auth=None).status_code == 401

    let_view(pulp, mirror.distribution, user)
    token = user.create(TOKENS, **order(mirror.distribution))
    assert user.auth is not None
    assert token["owner"] == user.auth[0]
    assert [row["pulp_href"] for row in user.rows(TOKENS)] == [token["pulp_href"]]
    assert other.rows(TOKENS) == []
    assert other.get(token["pulp_href"]).status_code == 404
    assert other.delete(token["pulp_href"]).status_code == 404
    assert token["name"] in {row["name"] for row in pulp.rows(TOKENS)}

    assert user.delete(token["pulp_href"]).status_code == 204
    assert user.get(token["pulp_href"]).status_code == 404
    pulp.made.remove(token["pulp_href"])


def test_name_expiry_and_projects_can_be_changed(pulp: Pulp, mirror: Mirror) -> None:
    """What it is good for otherwise cannot, and its secret stays."""
    token = pulp.create(TOKENS, **order(mirror.distribution))
    href, tomorrow = token["pulp_href"], datetime.now(UTC) + timedelta(days=1)
    changed = pulp.update(href, name=f"{token['name']}-2", projects=["alpha"])
    assert changed["projects"] == ["alpha"]
    assert changed["hint"] == token["hint"]
    changed = pulp.update(href, expires_at=tomorrow.isoformat())
    assert datetime.fromisoformat(changed["expires_at"]) == tomorrow
    for field in ("scopes", "distributions"):
        answer = pulp.patch(href, {field: token[field]})
        assert "cannot be changed" in refusal(answer, field)
    assert not pulp.put(href, order(mirror.distribution)).ok


def test_the_last_use_is_told(pulp: Pulp, mirror: Mirror) -> None:
    """Once it is used, soon after."""
    pulp.update(mirror.distribution["pulp_href"], require_token=True)
    mirror.index.wait(lambda index: index.get().status_code == 401, "the protection")
    token = pulp.create(TOKENS, **order(mirror.distribution))
    before = datetime.now(UTC) - timedelta(seconds=5)
    assert mirror.index.get(auth=("__token__", token["token"])).ok
    used = wait_for(lambda: pulp.read(token["pulp_href"])["last_used"], "the last use")
    assert before < datetime.fromisoformat(used) < datetime.now(UTC) + timedelta(seconds=5)


def test_a_distribution_of_another_domain_is_refused(domain_stack: Stack) -> None:
    """Tokens stay within their domain."""
    default = domain_stack.client()
    domain = default.create(
        "domains/",
        name=unique("domain"),
        storage_class="pulpcore.app.models.storage.FileSystem",
        storage_settings={"MEDIA_ROOT": f"{domain_stack.home}/{unique('media')}"},
    )
    inside = replace(default, domain=domain["name"], made=default.made)
    elsewhere = default.distribute()
    answer = inside.post(TOKENS, order(elsewhere))
    assert answer.status_code == 400, answer.text
    own = inside.create(TOKENS, **order(inside.distribute()))
    assert f"/{domain['name']}/" in own["pulp_href"]
    assert own["name"] not in {row["name"] for row in default.rows(TOKENS)}
    default.clean_up()

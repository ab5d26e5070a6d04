"""Policies and roles."""

from collections.abc import Iterator

import pytest
from django.apps import apps

from pulp_pyindex.app import access
from pulp_pyindex.app.access import Access

OWNED = {
    "pyindexremote": access.REMOTE,
    "pyindexrepository": access.REPOSITORY,
    "pyindexpublication": access.PUBLICATION,
    "pyindexdistribution": access.DISTRIBUTION,
    "pyindexstaticexporter": access.EXPORTER,
}
EVERY = [*OWNED.values(), access.VERSION, access.CONTENT]


def conditions(of: Access) -> Iterator[tuple[str, str]]:
    """The name of each condition and the permission it asks for."""
    for statement in of.policy["statements"]:
        for condition in statement.get("condition", ()):
            name, _, permission = condition.partition(":")
            yield name, permission


def known_permissions() -> set[str]:
    """Every permission that the models declare."""
    known = set()
    for model in apps.get_models():
        meta = model._meta
        verbs = [f"{verb}_{meta.model_name}" for verb in meta.default_permissions]
        declared = [codename for codename, _ in meta.permissions]
        known |= {f"{meta.app_label}.{codename}" for codename in (*verbs, *declared)}
    return known


@pytest.mark.parametrize("of", EVERY)
def test_every_permission_exists(of: Access) -> None:
    """A misspelt permission would lock everyone out, or nobody."""
    in_roles = {permission for role in of.roles.values() for permission in role}
    in_conditions = {permission for _, permission in conditions(of)}
    assert in_roles | in_conditions <= known_permissions()


@pytest.mark.parametrize("model", OWNED)
def test_an_owner_may_do_all_that_is_asked_on_the_object(model: str) -> None:
    """Who created an object needs nothing else to work with it."""
    of = OWNED[model]
    asked = {
        permission
        for name, permission in conditions(of)
        if name == "has_model_or_domain_or_obj_perms"
    }
    assert asked <= set(of.roles[f"pyindex.{model}_owner"])


@pytest.mark.parametrize("model", OWNED)
def test_a_viewer_only_sees(model: str) -> None:
    """The viewer's role holds one permission, the creator's one."""
    roles = OWNED[model].roles
    assert roles[f"pyindex.{model}_viewer"] == [f"pyindex.view_{model}"]
    assert roles[f"pyindex.{model}_creator"] == [f"pyindex.add_{model}"]


@pytest.mark.parametrize("model", OWNED)
def test_who_creates_becomes_the_owner(model: str) -> None:
    """The creation hook names a role that exists."""
    of = OWNED[model]
    (hook,) = of.policy["creation_hooks"]
    assert hook["function"] == "add_roles_for_object_creator"
    assert hook["parameters"]["roles"] in of.roles


def test_repairing_a_version_is_the_owners_right() -> None:
    """What a version's policy asks of the repository is in the repository's owner role."""
    asked = {permission for _, permission in conditions(access.VERSION)}
    assert asked <= set(access.REPOSITORY.roles["pyindex.pyindexrepository_owner"])


def test_syncing_needs_a_remote_that_may_be_seen() -> None:
    """Nobody mirrors through another's credentials by naming a remote they cannot see."""
    (sync,) = [s for s in access.REPOSITORY.policy["statements"] if s["action"] == ["sync"]]
    assert sync["condition"] == [
        "has_model_or_domain_or_obj_perms:pyindex.sync_pyindexrepository",
        "has_model_or_domain_or_obj_perms:pyindex.view_pyindexrepository",
        "has_remote_param_model_or_domain_or_obj_perms:pyindex.view_pyindexremote",
    ]

"""The parts a policy and its roles are built of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

APP = "pyindex"

#: What a viewset takes as `DEFAULT_ACCESS_POLICY`.
Policy = dict[str, Any]
#: What a viewset takes as `LOCKED_ROLES`: the name of a role and its permissions.
Roles = dict[str, list[str]]

_ON_THE_OBJECT = "has_model_or_domain_or_obj_perms"
_ON_THE_TYPE = "has_model_or_domain_perms"
_ON_THE_REMOTE_NAMED = "has_remote_param_model_or_domain_or_obj_perms"
_ON_THE_REPOSITORY_NAMED = "has_repo_or_repo_ver_param_model_or_domain_or_obj_perms"
_ON_THE_PUBLICATION_NAMED = "has_publication_param_model_or_domain_or_obj_perms"
_ON_THE_REPOSITORY_AROUND = "has_repository_model_or_domain_or_obj_perms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may do what with one kind of object. A viewset takes both values as they are."""

    policy: Policy
    roles: Roles


def permission(verb: str, model: str) -> str:
    """The permission's full name, `pyindex.view_pyindexremote`."""
    return f"{APP}.{verb}_{model}"


def allow(*actions: str, given: tuple[str, ...] = ()) -> dict[str, Any]:
    """A statement: who is authenticated may do `actions` if every condition in `given` holds."""
    statement: dict[str, Any] = {
        "action": list(actions),
        "principal": "authenticated",
        "effect": "allow",
    }
    if given:
        statement["condition"] = list(given)
    return statement


def on_type(verb: str, model: str) -> str:
    """The right to `verb` any object of this kind, everywhere or in the domain."""
    return f"{_ON_THE_TYPE}:{permission(verb, model)}"


def on_object(verb: str, model: str) -> tuple[str, str]:
    """The right to `verb` this object, and to see it."""
    return (
        f"{_ON_THE_OBJECT}:{permission(verb, model)}",
        f"{_ON_THE_OBJECT}:{permission('view', model)}",
    )


def on_repository_around(verb: str, model: str) -> tuple[str, ...]:
    """The right to `verb` the repository that this version belongs to, and to see it."""
    verbs = ("view",) if verb == "view" else (verb, "view")
    return tuple(f"{_ON_THE_REPOSITORY_AROUND}:{permission(each, model)}" for each in verbs)


def sees_remote(model: str) -> str:
    """The remote that the request names is one the user may see."""
    return f"{_ON_THE_REMOTE_NAMED}:{permission('view', model)}"


def sees_repository(model: str) -> str:
    """The repository, or the version's repository, that the request names may be seen."""
    return f"{_ON_THE_REPOSITORY_NAMED}:{permission('view', model)}"


def sees_publication(model: str) -> str:
    """The publication that the request names is one the user may see."""
    return f"{_ON_THE_PUBLICATION_NAMED}:{permission('view', model)}"


def manages_roles(model: str) -> dict[str, Any]:
    """The statement on who may list, add and remove roles on an object."""
    condition = f"{_ON_THE_OBJECT}:{permission('manage_roles', model)}"
    return allow("list_roles", "add_role", "remove_role", given=(condition,))


def owned(
    model: str,
    *statements: dict[str, Any],
    owner_may: tuple[str, ...],
    others_may: Mapping[str, tuple[str, ...]] | None = None,
) -> Access:
    """Access to objects that belong to who created them.

    Everyone may list and read; what they see is scoped to what they hold a role on. Who creates
    an object becomes its owner and may do `owner_may` with it, see it, and manage its roles.
    `others_may` names more roles, and what each may.
    """
    creator, owner, viewer = (f"{APP}.{model}_{role}" for role in ("creator", "owner", "viewer"))
    policy = {
        "statements": [
            allow("list", "retrieve", "my_permissions"),
            *statements,
            manages_roles(model),
        ],
        "creation_hooks": [
            {"function": "add_roles_for_object_creator", "parameters": {"roles": owner}},
        ],
        "queryset_scoping": {"function": "scope_queryset"},
    }
    roles = {
        creator: [permission("add", model)],
        owner: [permission(verb, model) for verb in ("view", *owner_may, "manage_roles")],
        viewer: [permission("view", model)],
    }
    for role, verbs in (others_may or {}).items():
        roles[f"{APP}.{model}_{role}"] = [permission(verb, model) for verb in verbs]
    return Access(policy=policy, roles=roles)

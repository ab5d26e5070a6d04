"""Who may do what with remotes, repositories, versions, publications, distributions, content."""

from __future__ import annotations

from .statements import (
    Access,
    allow,
    on_object,
    on_repository_around,
    on_type,
    owned,
    permission,
    sees_publication,
    sees_remote,
    sees_repository,
)

_REMOTE = "pyindexremote"
_REPOSITORY = "pyindexrepository"
_PUBLICATION = "pyindexpublication"
_DISTRIBUTION = "pyindexdistribution"
_EXPORTER = "pyindexstaticexporter"
_TOKEN = "pyindextoken"  # noqa: S105 - a model's name

_EDIT = ("modify", "yank", "unyank", "remove", "set_status")
_SEE = ("list", "retrieve", "projects", "diff")
_UPDATE = ("update", "partial_update", "set_label", "unset_label")

REMOTE = owned(
    _REMOTE,
    allow("create", given=(on_type("add", _REMOTE),)),
    allow(*_UPDATE, given=on_object("change", _REMOTE)),
    allow("destroy", given=on_object("delete", _REMOTE)),
    owner_may=("change", "delete"),
)

REPOSITORY = owned(
    _REPOSITORY,
    allow("create", given=(on_type("add", _REPOSITORY), sees_remote(_REMOTE))),
    allow(*_UPDATE, given=(*on_object("change", _REPOSITORY), sees_remote(_REMOTE))),
    allow("destroy", "cleanup", given=on_object("delete", _REPOSITORY)),
    allow(
        "uploads",
        "approve",
        "revoke",
        "approvals",
        "promotions",
        given=on_object("view", _REPOSITORY)[:1],
    ),
    allow("sync", given=(*on_object("sync", _REPOSITORY), sees_remote(_REMOTE))),
    allow(*_EDIT, given=on_object("modify", _REPOSITORY)),
    # Who may edit could bring by hand what gates keep out, so promoting is a right of its own.
    allow("promote", "rollback", given=on_object("promote", _REPOSITORY)),
    owner_may=("change", "delete", "modify", "promote", "upload", "sync", "repair"),
    others_may={
        "uploader": ("view", "upload"),
        # The right to approve is the role itself, which a gate names.
        "approver": ("view",),
        "promoter": ("view", "promote"),
        "overrider": ("view", "promote", "override_gates"),
    },
)

VERSION = Access(
    policy={
        "statements": [
            allow(
                "list",
                "retrieve",
                "projects",
                "diff",
                "advisories",
                given=on_repository_around("view", _REPOSITORY),
            ),
            allow("download", given=on_repository_around("sync", _REPOSITORY)),
            allow("hold", "release", given=on_repository_around("modify", _REPOSITORY)),
            allow("destroy", given=on_repository_around("delete", _REPOSITORY)),
            allow("repair", given=on_repository_around("repair", _REPOSITORY)),
        ],
    },
    roles={},
)

PUBLICATION = owned(
    _PUBLICATION,
    allow("create", given=(on_type("add", _PUBLICATION), sees_repository(_REPOSITORY))),
    allow("destroy", given=on_object("delete", _PUBLICATION)),
    owner_may=("delete",),
)

_SEES_WHAT_IS_SERVED = (
    sees_repository(_REPOSITORY),
    sees_publication(_PUBLICATION),
    sees_remote(_REMOTE),
)

DISTRIBUTION = owned(
    _DISTRIBUTION,
    allow("create", given=(on_type("add", _DISTRIBUTION), *_SEES_WHAT_IS_SERVED)),
    allow(*_UPDATE, given=(*on_object("change", _DISTRIBUTION), *_SEES_WHAT_IS_SERVED)),
    allow("destroy", given=on_object("delete", _DISTRIBUTION)),
    allow("cache", "explain", "traffic", given=on_object("view", _DISTRIBUTION)[:1]),
    allow("invalidate", "evict", given=on_object("change", _DISTRIBUTION)),
    owner_may=("change", "delete"),
)

#: What is exported must be seen, too; that is checked where it is named.
EXPORTER = owned(
    _EXPORTER,
    allow("create", given=(on_type("add", _EXPORTER),)),
    allow("update", "partial_update", given=on_object("change", _EXPORTER)),
    allow("destroy", given=on_object("delete", _EXPORTER)),
    allow("exports", given=on_object("export", _EXPORTER)),
    allow("list_exports", given=on_object("view", _EXPORTER)[:1]),
    owner_may=("change", "delete", "export"),
)

#: A token never may more than its owner, so that every user may make some for himself. Which
#: distributions they can be bound to is checked where they are made: those he may view.
TOKEN = owned(
    _TOKEN,
    allow("create"),
    allow("partial_update", given=on_object("change", _TOKEN)),
    allow("destroy", given=on_object("delete", _TOKEN)),
    owner_may=("change", "delete"),
)

#: Content is seen by who sees a repository that holds it, or held it.
CONTENT = Access(
    policy={
        "statements": [
            allow("list", "retrieve"),
            allow(
                "set_label",
                "unset_label",
                given=("has_model_or_domain_perms:core.manage_content_labels",),
            ),
        ],
        "queryset_scoping": {"function": "scope_queryset"},
    },
    roles={},
)

#: Files can also be brought.
FILE = Access(
    policy={
        **CONTENT.policy,
        "statements": [
            *CONTENT.policy["statements"],
            allow(
                "create",
                given=(
                    f"has_required_repo_perms_on_upload:{permission('upload', _REPOSITORY)}",
                    f"has_required_repo_perms_on_upload:{permission('view', _REPOSITORY)}",
                    "has_upload_param_model_or_domain_or_obj_perms:core.change_upload",
                ),
            ),
            allow("upload", given=(on_type("upload", "pyindexfile"),)),
        ],
    },
    roles={"pyindex.pyindexfile_uploader": [permission("upload", "pyindexfile")]},
)

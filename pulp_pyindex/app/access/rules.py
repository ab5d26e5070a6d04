"""Who may do what with rulesets, quarantines and the list of refusals."""

from __future__ import annotations

from .statements import Access, allow, on_object, on_type, owned

_RULESET = "pyindexruleset"
_QUARANTINE = "pyindexquarantine"

RULESET = owned(
    _RULESET,
    allow("create", given=(on_type("add", _RULESET),)),
    allow("update", "partial_update", given=on_object("change", _RULESET)),
    allow("destroy", given=on_object("delete", _RULESET)),
    allow("dry_run", given=on_object("view", _RULESET)[:1]),
    owner_may=("change", "delete"),
)

#: Whoever may change an index may hold something there; that is checked where it is made.
QUARANTINE = owned(
    _QUARANTINE,
    allow("create"),
    allow("destroy", given=on_object("delete", _QUARANTINE)),
    owner_may=("delete",),
)

#: A refusal is seen by who sees the index where it happened.
REFUSAL = Access(
    policy={
        "statements": [allow("list", "retrieve", "counts")],
        "queryset_scoping": {"function": "scope_queryset"},
    },
    roles={},
)

"""Who may see and load advisories: they belong to a domain, not to who brought them."""

from __future__ import annotations

from .statements import Access, allow, on_type, permission

_ADVISORY = "pyindexadvisory"
_SEES = on_type("view", _ADVISORY)

ADVISORY = Access(
    policy={
        "statements": [
            allow("list", "retrieve", "sources", given=(_SEES,)),
            allow("load", "refresh", "unload", given=(_SEES, on_type("load", _ADVISORY))),
        ],
    },
    roles={
        "pyindex.pyindexadvisory_viewer": [permission("view", _ADVISORY)],
        "pyindex.pyindexadvisory_loader": [
            permission("view", _ADVISORY),
            permission("load", _ADVISORY),
        ],
    },
)

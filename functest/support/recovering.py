"""Waiting for a stack that tests do harm to."""

import requests

from .pulp import Pulp
from .waiting import wait_for


def recovered(pulp: Pulp) -> None:
    """The whole stack is at work again."""

    def ready() -> bool:
        try:
            answer = pulp.get("status/", timeout=10)
        except requests.RequestException:
            return False
        # The API cannot say who is there while its database is away.
        seen = answer.json() if answer.ok else {}
        return bool(
            len(seen.get("online_workers", [])) >= 2
            and seen.get("online_content_apps")
            and seen["database_connection"]["connected"]
        )

    wait_for(ready, "the stack to recover", 120)

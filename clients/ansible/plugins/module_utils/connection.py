# SPDX-License-Identifier: GPL-2.0-or-later
"""A module that talks to a Pulp: its connection, its errors, its result."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib

try:
    from pulp_glue.common.authentication import GlueAuthProvider
    from pulp_glue.common.context import PulpContext
    from pulp_glue.common.exceptions import PulpException, PulpNoWait

    GLUE_ERROR = None
except ImportError:
    GLUE_ERROR = traceback.format_exc()

#: What every module takes to find its Pulp.
CONNECTION: dict[str, Any] = {
    "pulp_url": {"type": "str", "required": True, "fallback": (env_fallback, ["PULP_URL"])},
    "pulp_username": {"type": "str", "fallback": (env_fallback, ["PULP_USERNAME"])},
    "pulp_password": {
        "type": "str",
        "no_log": True,
        "fallback": (env_fallback, ["PULP_PASSWORD"]),
    },
    "pulp_cert": {"type": "path"},
    "pulp_key": {"type": "path", "no_log": False},
    "pulp_api_root": {"type": "str", "default": "/pulp/"},
    "pulp_domain": {
        "type": "str",
        "default": "default",
        "fallback": (env_fallback, ["PULP_DOMAIN"]),
    },
    "pulp_validate_certs": {"type": "bool", "default": True},
    "pulp_ca_bundle": {"type": "path"},
    "pulp_refresh_api_cache": {"type": "bool", "default": False},
    "pulp_timeout": {"type": "int", "default": 3600},
}


class PulpModule(AnsibleModule):
    """An Ansible module with a connection to Pulp, made when it is first needed."""

    def __init__(self, argument_spec: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(
            argument_spec={**argument_spec, **CONNECTION},
            required_together=[("pulp_username", "pulp_password")],
            supports_check_mode=True,
            **kwargs,
        )
        if GLUE_ERROR is not None:
            self.fail_json(msg=missing_required_lib("pulp-glue-pyindex"), exception=GLUE_ERROR)
        self._pulp: PulpContext | None = None

    @property
    def pulp(self) -> PulpContext:
        """The connection."""
        if self._pulp is None:
            self._pulp = self._connect()
        return self._pulp

    def given(self, names: Any) -> dict[str, Any]:
        """The parameters of these names that the task sets."""
        return {name: self.params[name] for name in names if self.params.get(name) is not None}

    @contextmanager
    def reporting(self) -> Iterator[None]:
        """What Pulp refuses ends the module with Pulp's own words."""
        try:
            yield
        except (PulpException, PulpNoWait) as error:
            self.refuse(str(error))
        except OSError as error:
            self.refuse(f"{type(error).__name__}: {error}")

    def refuse(self, message: str) -> NoReturn:
        """End the module with an error."""
        self.fail_json(msg=message)

    def done(
        self,
        *,
        changed: bool,
        before: Any = None,
        after: Any = None,
        **result: Any,
    ) -> NoReturn:
        """End the module; `before` and `after` are shown in diff mode."""
        if self._diff and (before is not None or after is not None):
            result["diff"] = {"before": before or {}, "after": after or {}}
        self.exit_json(changed=changed, **result)

    def _connect(self) -> PulpContext:
        told = self.params
        login: dict[str, Any] = {}
        if told["pulp_username"] is not None:
            login = {"username": told["pulp_username"], "password": told["pulp_password"]}
        if told["pulp_cert"] is not None:
            login.update(cert=told["pulp_cert"], key=told["pulp_key"])
        return PulpContext(
            api_root=told["pulp_api_root"],
            api_kwargs={
                "base_url": told["pulp_url"],
                "auth_provider": GlueAuthProvider(**login),
                "refresh_cache": told["pulp_refresh_api_cache"],
                "user_agent": "pyindex.pulp",
            },
            timeout=told["pulp_timeout"],
            domain=told["pulp_domain"],
            verify_ssl=told["pulp_ca_bundle"] or told["pulp_validate_certs"],
        )

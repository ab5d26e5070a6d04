"""The plugin as Pulp loads it."""

import gc
import os
from importlib.metadata import version

from django.urls import get_resolver

from pulpcore.plugin import PulpPluginAppConfig


class PulpPyindexPluginAppConfig(PulpPluginAppConfig):
    """Tells Pulp the plugin's names; they are frozen (docs/explanation/architecture.md)."""

    name = "pulp_pyindex.app"
    label = "pyindex"
    version = version("pulp-pyindex")
    python_package_name = "pulp-pyindex"
    domain_compatible = True

    def ready(self) -> None:
        super().ready()
        # To know addresses, all views' are read, which takes as long: once, and not in each task.
        os.register_at_fork(before=_load_addresses)
        # A worker forks for every task. All it has loaded lives as long as the task: to look
        # through that for garbage takes 0.1 s, half of what a small task lasts.
        os.register_at_fork(after_in_child=gc.freeze)


def _load_addresses() -> None:
    get_resolver().reverse_dict  # noqa: B018 - asking for it makes it

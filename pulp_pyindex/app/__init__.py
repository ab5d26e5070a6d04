"""The plugin as Pulp loads it."""

from importlib.metadata import version

from pulpcore.plugin import PulpPluginAppConfig


class PulpPyindexPluginAppConfig(PulpPluginAppConfig):
    """Tells Pulp the plugin's names; they are frozen (docs/explanation/architecture.md)."""

    name = "pulp_pyindex.app"
    label = "pyindex"
    version = version("pulp-pyindex")
    python_package_name = "pulp-pyindex"
    domain_compatible = True

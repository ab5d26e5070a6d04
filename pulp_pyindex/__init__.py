"""pulp_pyindex: the Python package index that teams run themselves, as a plugin for Pulp."""

default_app_config = "pulp_pyindex.app.PulpPyindexPluginAppConfig"

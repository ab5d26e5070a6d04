"""The content app with the plugin in it."""

import importlib

from django.conf import settings

from pulpcore.plugin.content import app


def test_the_content_module_can_be_imported() -> None:
    """pulpcore hides a content module that misses something, and all its routes with it."""
    importlib.import_module("pulp_pyindex.app.content")
    paths = {resource.canonical for resource in app.router.resources()}
    assert {"/pypi/{path}", f"{settings.CONTENT_PATH_PREFIX}{{path}}"} <= paths
    assert app.middlewares[0].__name__ == "pyindex"

"""Registers the index service with Pulp's content app. Routes only.

pulpcore imports this module by its name and hides it when it, or anything it imports, is not
found: unittest/app/test_content.py imports it for that reason.
"""

from pathlib import Path

from aiohttp import web
from django.conf import settings

from pulpcore.plugin.content import app

from pulp_pyindex.app.serving.service import FILES_PREFIX, PREFIX, IndexService

_DOMAIN = "{pulp_domain}/" if settings.DOMAIN_ENABLED else ""
_BELOW = f"{_DOMAIN}{{path:.+}}"

service = IndexService(
    memory_limit=settings.PYINDEX_CACHE_SIZE,
    content_prefix=settings.CONTENT_PATH_PREFIX,
    domains=settings.DOMAIN_ENABLED,
    folder=Path(settings.WORKING_DIRECTORY) / "pyindex-downloads",
)


# Ahead of pulpcore's own middlewares: they ask the database on every request.
app.middlewares.insert(0, service.middleware())
app.add_routes(
    [
        web.route("*", f"{prefix}{_BELOW}", service.route, expect_handler=service.expect)
        for prefix in (PREFIX, FILES_PREFIX, settings.CONTENT_PATH_PREFIX)
    ]
)
app.cleanup_ctx.append(service.run)

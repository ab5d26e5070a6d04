"""Exporters of static trees: where an index is written to, for any web server to serve."""

from django.db import models

from pulpcore.plugin.models import AutoAddObjPermsMixin, EncryptedJSONField, Exporter


class PyindexStaticExporter(Exporter, AutoAddObjPermsMixin):
    """A place outside of Pulp: a directory, a storage of the settings, or an object storage.

    Exactly one of `path`, `storage` and `storage_class` is set.
    """

    TYPE = "static"

    #: Absolute, below one of Pulp's ALLOWED_EXPORT_PATHS.
    path = models.TextField(default="")
    #: A name in Django's STORAGES.
    storage = models.TextField(default="")
    #: As of a domain, together with `storage_settings`.
    storage_class = models.TextField(default="")
    storage_settings = EncryptedJSONField(default=dict)
    #: Where the tree will be served; "" = not known, then every link in it is relative.
    base_url = models.TextField(default="")

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        permissions = [
            ("export_pyindexstaticexporter", "Can export by a pyindex static exporter"),
            ("manage_roles_pyindexstaticexporter", "Can manage roles on static exporters"),
        ]

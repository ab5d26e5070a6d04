"""Publications: finished pages, each stored once however many publications show it."""

from django.db import models

from pulpcore.plugin.models import AutoAddObjPermsMixin, Publication


class PyindexPublication(Publication, AutoAddObjPermsMixin):
    """The finished simple index of one repository version."""

    TYPE = "pyindex"

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        permissions = [
            ("manage_roles_pyindexpublication", "Can manage roles on pyindex publications"),
        ]


class PyindexPage(models.Model):
    """The bytes of one page, as `index.rendering` made them, without the serial before them.

    `json` and `html` are raw deflate streams (RFC 1951) of the page after its head: the head
    carries the serial, which differs where the page does not. `index.rendering` joins the two, as
    plain bytes or as gzip, without compressing anew.
    """

    id = models.BigAutoField(primary_key=True)
    #: Over both tails before compression.
    sha256 = models.CharField(max_length=64, unique=True)
    json = models.BinaryField()
    html = models.BinaryField()
    #: What the JSON form may honestly declare: "1.4", or "1.0" where a file's size is unknown.
    api_version = models.TextField()
    #: True where the page holds links that must be absolute, see `index.rendering`.
    has_origin = models.BooleanField(default=False)
    #: When a publication last came to show the page; young pages are not cleaned away.
    made_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"


class PyindexPublishedProject(models.Model):
    """Which page a publication shows for a project. The project "" is the list of projects.

    Publishing copies these rows for all that did not change. The database checks no keys of them
    and keeps no index but those that are searched: both cost more than the copying does.
    """

    id = models.BigAutoField(primary_key=True)
    publication = models.ForeignKey(
        PyindexPublication, on_delete=models.CASCADE, db_constraint=False, db_index=False
    )
    project = models.TextField()
    #: Milliseconds since the epoch at which the version that last changed the project was made.
    serial = models.BigIntegerField()
    page = models.ForeignKey(PyindexPage, on_delete=models.PROTECT, db_constraint=False)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = ("publication", "project")

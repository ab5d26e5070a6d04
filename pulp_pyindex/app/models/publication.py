"""Publications: finished pages, each stored once however many publications show it."""

from typing import Any

from django.db import connection, models
from django.db.models.signals import post_delete
from django.dispatch import receiver

from pulpcore.plugin.models import AutoAddObjPermsMixin, Publication


class PyindexSeries(models.Model):
    """Publications of a repository that follow one another, each made from the one before."""

    id = models.BigAutoField(primary_key=True)
    #: The last place; where there was none after it, a publication may be appended.
    length = models.IntegerField()
    #: Rows that may still be appended. A series that has grown long is left for a new one, so that
    #: what was shown once never makes up most of what is searched.
    room = models.BigIntegerField()

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"


class PyindexPublication(Publication, AutoAddObjPermsMixin):
    """The finished simple index of one repository version."""

    TYPE = "pyindex"

    #: NULL only while it is begun.
    series = models.ForeignKey(
        PyindexSeries, null=True, on_delete=models.DO_NOTHING, db_constraint=False
    )
    #: Where in the series, from 1 on.
    place = models.IntegerField(null=True)

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
    """Which page the publications of a series show for a project, from one until another.

    The project "" is the list of projects. A publication costs rows for what changed only: one of
    the others stays as it is, and is true of the new publication too. The database checks no keys
    of these rows and keeps no index but those that are searched.
    """

    id = models.BigAutoField(primary_key=True)
    series = models.ForeignKey(
        PyindexSeries, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    # Sorted by code point, as the list of projects is.
    project = models.TextField(db_collation="C")
    #: Milliseconds since the epoch at which the version that last changed the project was made.
    serial = models.BigIntegerField()
    page = models.ForeignKey(PyindexPage, on_delete=models.PROTECT, db_constraint=False)
    #: Place of the first publication that shows this.
    since = models.IntegerField()
    #: Place of the first one after it that does not; NULL = none so far.
    until = models.IntegerField(null=True)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = ("series", "project", "since")
        indexes = [
            models.Index(
                fields=["series", "until"],
                name="pyindex_published_until",
                condition=models.Q(until__isnull=False),
            )
        ]


@receiver(post_delete, sender=PyindexPublication)
def _forget(instance: PyindexPublication, **_: Any) -> None:
    """Delete what no publication of the series shows any more.

    Between the publications before and after the deleted one nothing is left to be shown. Where
    none comes after it, the series ends with the one before.
    """
    if instance.series_id is None:
        return
    with connection.cursor() as cursor:
        # Whoever appends to the series waits, and then finds its end where it is.
        cursor.execute(
            "SELECT FROM pyindex_pyindexseries WHERE id = %s FOR UPDATE", [instance.series_id]
        )
        if not cursor.rowcount:
            return
        values = {"series": instance.series_id, "place": instance.place}
        cursor.execute(
            """
            SELECT max(place) FILTER (WHERE place < %(place)s),
                   min(place) FILTER (WHERE place > %(place)s)
            FROM pyindex_pyindexpublication WHERE series_id = %(series)s
            """,
            values,
        )
        values["before"], values["after"] = cursor.fetchone()
        for statement in _forgetting(values["before"], values["after"]):
            cursor.execute(statement, values)


def _forgetting(before: int | None, after: int | None) -> tuple[str, ...]:
    if after is not None:
        return (
            """
            DELETE FROM pyindex_pyindexpublishedproject
            WHERE series_id = %(series)s AND since > coalesce(%(before)s, 0)
              AND until > %(place)s AND until <= %(after)s
            """,
        )
    if before is not None:
        return (
            """
            DELETE FROM pyindex_pyindexpublishedproject
            WHERE series_id = %(series)s AND since > %(before)s
            """,
            """
            UPDATE pyindex_pyindexpublishedproject SET until = NULL
            WHERE series_id = %(series)s AND until > %(before)s
            """,
            "UPDATE pyindex_pyindexseries SET length = %(before)s WHERE id = %(series)s",
        )
    return (
        "DELETE FROM pyindex_pyindexpublishedproject WHERE series_id = %(series)s",
        "DELETE FROM pyindex_pyindexseries WHERE id = %(series)s",
    )

"""Repositories, and how a new version of one comes about."""

from typing import Any, cast

from django.db import connection, models
from django.dispatch import Signal

from pulpcore.plugin.models import (
    AutoAddObjPermsMixin,
    Content,
    Repository,
    RepositoryVersion,
    Task,
)
from pulpcore.plugin.util import get_current_authenticated_user

from .content import PyindexFile, PyindexProjectStatus, PyindexProvenance, PyindexYank
from .remote import PyindexRemote
from .ruleset import PyindexRuleset

#: Sent in the task that made a version, after it is complete: `repository`, `version`.
#: Publishing listens to it; models know nothing of tasks.
new_version = Signal()


#: All that a version is made of.
CONTENT_TYPES: tuple[type[Any], ...] = (
    PyindexFile,
    PyindexYank,
    PyindexProjectStatus,
    PyindexProvenance,
)


class CheapTruthQuerySet(models.QuerySet[Any]):
    """A queryset whose truth costs one row, not all of them."""

    def __bool__(self) -> bool:
        return self.exists()


class PyindexVersion(RepositoryVersion):
    """A repository version of any size in little memory.

    pulpcore decides whether a new version changed anything by `not self.added()`, which loads
    every added unit; 100,000 units are some hundred MB.
    """

    #: Set by who made the version and knows that it holds nothing that is superseded, and nothing
    #: but units that its repository takes.
    is_settled = False

    class Meta:
        proxy = True
        default_related_name = "%(app_label)s_%(model_name)s"

    @property
    def content(self) -> models.QuerySet[Any]:
        """What the version holds.

        Of a version that it completes pulpcore only asks whether all units are of the repository's
        types, which a settled one need not be looked through for.
        """
        if self.is_settled and not self.complete:
            return Content.objects.none()
        return cast("models.QuerySet[Any]", super().content)

    def added(self, base_version: RepositoryVersion | None = None) -> CheapTruthQuerySet:
        return _cheap(super().added(base_version))

    def removed(self, base_version: RepositoryVersion | None = None) -> CheapTruthQuerySet:
        return _cheap(super().removed(base_version))

    def _compute_counts(self) -> None:
        """Count what is in the version and what it changes; pulpcore would load every id."""
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, {"version": self.pk, "repository": self.repository_id})


#: The same rows as pulpcore writes, of a version that is its repository's latest. What is present
#: follows from the version before.
_COUNT = """
    WITH before AS (
        DELETE FROM core_repositoryversioncontentdetails WHERE repository_version_id = %(version)s),
    moved (count_type, content_id) AS (
        SELECT 'A', content_id FROM core_repositorycontent
        WHERE repository_id = %(repository)s AND version_added_id = %(version)s
        UNION ALL
        SELECT 'R', content_id FROM core_repositorycontent
        WHERE repository_id = %(repository)s AND version_removed_id = %(version)s),
    counted (count_type, content_type, count) AS (
        SELECT count_type, pulp_type, count(*)
        FROM moved JOIN core_content ON core_content.pulp_id = moved.content_id
        GROUP BY count_type, pulp_type),
    present (content_type, count) AS (
        SELECT content_type, count FROM core_repositoryversioncontentdetails
        WHERE count_type = 'P' AND repository_version_id = (
            SELECT pulp_id FROM core_repositoryversion
            WHERE repository_id = %(repository)s AND complete AND pulp_id <> %(version)s
            ORDER BY number DESC LIMIT 1)
        UNION ALL
        SELECT content_type, CASE count_type WHEN 'A' THEN count ELSE -count END FROM counted)
    INSERT INTO core_repositoryversioncontentdetails
        (count_type, content_type, repository_version_id, count)
    SELECT count_type, content_type, %(version)s, count FROM counted
    UNION ALL
    SELECT 'P', content_type, %(version)s, sum(count) FROM present
    GROUP BY content_type HAVING sum(count) > 0
"""


def _cheap(queryset: models.QuerySet[Any]) -> CheapTruthQuerySet:
    clone = queryset.all()
    # Its own class stays beneath: pulpcore's querysets have methods that callers may use.
    clone.__class__ = type("CheapTruth", (CheapTruthQuerySet, queryset.__class__), {})
    return cast(CheapTruthQuerySet, clone)


class PyindexRepository(Repository, AutoAddObjPermsMixin):
    """The state of an index, version by version."""

    TYPE = "pyindex"
    CONTENT_TYPES = list(CONTENT_TYPES)
    REMOTE_TYPES = [PyindexRemote]

    autopublish = models.BooleanField(default=True)
    #: Bytes one upload may have; NULL = no limit.
    max_file_size = models.BigIntegerField(null=True)
    #: Whether an upload may replace a file of the same name.
    allow_overwrite = models.BooleanField(default=False)
    #: Whether the name of a deleted file stays taken.
    reserve_filenames = models.BooleanField(default=True)
    #: Whether sdists may be named in other ways than PEP 625 wants.
    allow_legacy_filenames = models.BooleanField(default=False)
    #: What is demanded of anything that is promoted into it, see `index.gates`.
    gates = models.JSONField(default=list)
    #: Whether records of promotions into it hold their source versions.
    keep_sources = models.BooleanField(default=False)
    #: Uploads that it denies are refused; NULL = none is.
    ruleset = models.ForeignKey(PyindexRuleset, null=True, on_delete=models.PROTECT)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        permissions = [
            ("sync_pyindexrepository", "Can start a sync task"),
            ("modify_pyindexrepository", "Can modify content of the repository"),
            ("upload_pyindexrepository", "Can upload files to the repository"),
            ("manage_roles_pyindexrepository", "Can manage roles on pyindex repositories"),
            ("promote_pyindexrepository", "Can promote to the repository and roll it back"),
            ("override_gates_pyindexrepository", "Can promote past gates"),
            ("repair_pyindexrepository", "Can repair repository versions"),
        ]

    def finalize_new_version(self, new_version: RepositoryVersion) -> None:
        """Keep one file, yank and provenance per filename and one status per project.

        What is added wins over what was there. Only what is added is looked at.
        """
        if getattr(new_version, "is_settled", False):
            return
        if not new_version.info:
            new_version.info = {"source": _PULP_TASKS.get(_task_name(), "pulp")}
            new_version.info["user"] = current_user_name()
        for model in CONTENT_TYPES:
            superseded = _superseded(model, new_version)
            if superseded:
                new_version.remove_content(model.objects.filter(pk__in=superseded))

    def protected_versions(self) -> models.QuerySet[Any]:
        """What Pulp protects from deletion, and what a label or a promotion record holds."""
        everywhere = RepositoryVersion.objects.filter(repository=self)
        held = everywhere.filter(
            models.Q(pyindex_pyindexversionhold__isnull=False)
            | models.Q(pyindex_promotions__holds_source=True)
        )
        protected: models.QuerySet[Any] = self.versions.filter(
            models.Q(pk__in=super().protected_versions().values("pk"))
            | models.Q(pk__in=held.values("pk"))
        )
        return protected

    def on_new_version(self, version: RepositoryVersion) -> None:
        """Let whoever listens to `new_version` work in the task that made the version."""
        super().on_new_version(version)
        new_version.send(sender=type(self), repository=self, version=version)


#: What Pulp's own tasks that make versions are called in a version's `info`.
_PULP_TASKS = {
    "pulpcore.app.tasks.repository.add_and_remove": "modify",
    "pulpcore.app.tasks.importer.import_repository_version": "import",
}


def _task_name() -> str:
    task = Task.current()
    return "" if task is None else str(task.name)


def current_user_name() -> str | None:
    """Whose request or task this is; None where it is nobody's."""
    user = get_current_authenticated_user()
    return None if user is None else str(user.get_username())


def _superseded(model: Any, version: RepositoryVersion) -> list[Any]:
    """Units of `model` in `version` that an added unit with the same repository key replaces."""
    table = model._meta.db_table
    key = model.repo_key_fields[0]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT DISTINCT old.content_ptr_id
            FROM core_repositorycontent fresh
            JOIN {table} new ON new.content_ptr_id = fresh.content_id
            JOIN {table} old ON old._pulp_domain_id = new._pulp_domain_id
             AND old.{key} = new.{key} AND old.content_ptr_id <> new.content_ptr_id
            JOIN core_repositorycontent held
              ON held.content_id = old.content_ptr_id
             AND held.repository_id = fresh.repository_id
             AND held.version_removed_id IS NULL
            WHERE fresh.repository_id = %s AND fresh.version_added_id = %s
              AND fresh.version_removed_id IS NULL
              AND (held.version_added_id <> %s OR old.content_ptr_id < new.content_ptr_id)
            """,
            [version.repository_id, version.pk, version.pk],
        )
        return [row[0] for row in cursor.fetchall()]

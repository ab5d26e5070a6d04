"""Copies the indexes of another Pulp, which it reads by REST, to this one."""

from __future__ import annotations

from typing import Any

from pulp_glue.pyindex.context import (
    PulpPyindexDistributionContext,
    PulpPyindexPublicationContext,
    PulpPyindexRemoteContext,
    PulpPyindexRepositoryContext,
)

from pulpcore.plugin.models import Remote
from pulpcore.plugin.replica import Replicator

from pulp_pyindex.app.models import PyindexDistribution, PyindexRemote, PyindexRepository
from pulp_pyindex.app.tasks.sync import synchronize

#: Settings of a repository that its replica takes over.
_OF_REPOSITORY = (
    "description",
    "retain_repo_versions",
    "max_file_size",
    "allow_overwrite",
    "reserve_filenames",
    "allow_legacy_filenames",
)
_OF_DISTRIBUTION = ("base_path", "require_token", "serve_history", "hidden")


class PyindexReplicator(Replicator):
    """A remote, a repository and a distribution for each index of the other Pulp."""

    distribution_ctx_cls = PulpPyindexDistributionContext
    repository_ctx_cls = PulpPyindexRepositoryContext
    publication_ctx_cls = PulpPyindexPublicationContext
    remote_model_cls = PyindexRemote
    repository_model_cls = PyindexRepository
    distribution_model_cls = PyindexDistribution
    remote_serializer_name = "PyindexRemoteSerializer"
    repository_serializer_name = "PyindexRepositorySerializer"
    distribution_serializer_name = "PyindexDistributionSerializer"
    app_label = "pyindex"
    sync_task = synchronize

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: By the name of the remote: what there is to know of the repository behind it.
        self._repositories: dict[str, dict[str, Any]] = {}

    def create_or_update_remote(self, upstream_distribution: dict[str, Any]) -> Remote | None:
        """None where the index has nothing to serve yet: there is nothing to sync."""
        repository = upstream_distribution.get("repository")
        if repository and not self.publication_ctx_cls(self.pulp_ctx).list(
            limit=1, offset=0, parameters={"repository": repository}
        ):
            return None
        return super().create_or_update_remote(upstream_distribution)

    def url(self, upstream_distribution: dict[str, Any]) -> str:
        """The other Pulp's index itself: it says all that a version is made of."""
        return f"{upstream_distribution['base_url']}simple/"

    def remote_extra_fields(
        self, upstream_distribution: dict[str, Any], **kwargs: Any
    ) -> dict[str, Any]:
        """How files come: as the other Pulp has them, unless the order to replicate says how."""
        repository = self._repository_of(upstream_distribution)
        self._repositories[upstream_distribution["name"]] = repository
        told: dict[str, Any] = {"provenance": True}
        if "policy" not in self.remote_settings:
            told["policy"] = self._policy_of(repository)
        # Of its own users' names the other Pulp has to be told where it wants to know.
        is_protected = upstream_distribution.get("require_token")
        told["username"] = self.server.username if is_protected else None
        told["password"] = self.server.password if is_protected else None
        return told

    def repository_extra_fields(self, remote: PyindexRemote, **kwargs: Any) -> dict[str, Any]:
        """The settings of the other Pulp's repository."""
        told = self._repositories[remote.name]
        return {name: told[name] for name in _OF_REPOSITORY if name in told}

    def distribution_extra_fields(
        self, repository: PyindexRepository, upstream_distribution: dict[str, Any], **kwargs: Any
    ) -> dict[str, Any]:
        """Where and how the index is served. Guards are not copied: they are another Pulp's."""
        return {
            name: upstream_distribution[name]
            for name in _OF_DISTRIBUTION
            if name in upstream_distribution
        }

    def sync_params(self, repository: PyindexRepository, remote: PyindexRemote) -> dict[str, Any]:
        """What is gone there goes here, however much it is."""
        return {
            "remote_pk": str(remote.pk),
            "repository_pk": str(repository.pk),
            "mirror": True,
            "allow_mass_removal": True,
        }

    def _repository_of(self, upstream_distribution: dict[str, Any]) -> dict[str, Any]:
        named = upstream_distribution.get("repository")
        version = upstream_distribution.get("repository_version")
        if not named and not version and upstream_distribution.get("publication"):
            publication = self.publication_ctx_cls(
                self.pulp_ctx, upstream_distribution["publication"]
            ).entity
            version = publication["repository_version"]
        if not named and version:
            named = version.rsplit("versions/", 1)[0]
        if not named:
            return {}
        found: dict[str, Any] = self.repository_ctx_cls(self.pulp_ctx, named).entity
        return found

    def _policy_of(self, repository: dict[str, Any]) -> str:
        if not repository.get("remote"):
            # Nobody else has the files.
            return str(Remote.IMMEDIATE)
        return str(PulpPyindexRemoteContext(self.pulp_ctx, repository["remote"]).entity["policy"])

"""Which tree an exporter writes, and whether it may."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import InvalidStorageError, storages
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from pulpcore.plugin.models import Domain

from pulp_pyindex.app.models import PyindexStaticExporter

from .bucket import Bucket
from .directory import Directory

#: Classes that can be chosen by REST, and the extra that brings each.
CLASSES = {
    "storages.backends.s3.S3Storage": "s3",
    "storages.backends.azure_storage.AzureStorage": "azure",
    "storages.backends.gcloud.GoogleCloudStorage": "google",
}
#: Parts of the names of settings that are secrets, as each library calls them.
_SECRET = re.compile(r"key|token|secret|credential|connection_string|password", re.IGNORECASE)
#: Pulp's own.
_TAKEN = frozenset({"default", "staticfiles"})
#: The domain that stands for an exporter's storage never has a row.
_NEVER_A_DOMAIN = UUID(int=0)


def open_tree(exporter: PyindexStaticExporter) -> Directory | Bucket:
    """The tree of an exporter. Raises ValidationError where its place may not be used (now)."""
    if exporter.path:
        return Directory(_allowed(exporter.path))
    return Bucket(_storage(exporter), place_of(exporter))


def check_choice(exporter: PyindexStaticExporter) -> None:
    """Raise ValidationError, by field, unless the exporter names one place it may write to."""
    chosen = [n for n in ("path", "storage", "storage_class") if getattr(exporter, n)]
    if len(chosen) != 1:
        raise ValidationError(
            "Name one place to export to: `path`, `storage`, or `storage_class` with "
            f"`storage_settings`{', not ' + ' and '.join(chosen) if chosen else ''}."
        )
    if exporter.storage_settings and not exporter.storage_class:
        raise ValidationError({"storage_settings": ["They need a `storage_class`."]})
    if exporter.path:
        _allowed(exporter.path)
    else:
        _storage(exporter)


def without_secrets(told: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as they may be shown."""
    return {
        name: without_secrets(value) if isinstance(value, dict) else value
        for name, value in told.items()
        if not _SECRET.search(name)
    }


def place_of(exporter: PyindexStaticExporter) -> str:
    """What to call the place, and to know it by: two exporters may share one."""
    if exporter.path:
        return str(Path(exporter.path).resolve())
    if exporter.storage:
        return f"storage {exporter.storage!r}"
    # Domains take the names of Django's settings too, in capitals.
    told = {name.lower(): value for name, value in exporter.storage_settings.items()}
    bucket = next(
        (told[name] for name in _BUCKET_NAMES if told.get(name)), "a bucket without a name"
    )
    location = told.get("location") or told.get("aws_location") or ""
    return f"{CLASSES[exporter.storage_class]}: {bucket}/{location}".rstrip("/")


_BUCKET_NAMES = (
    "bucket_name",
    "azure_container",
    "aws_storage_bucket_name",
    "gs_bucket_name",
)


def _allowed(path: str) -> Path:
    """The path without symbolic links, if files may be exported there."""
    if not Path(path).is_absolute():
        raise ValidationError({"path": ["The path must be absolute."]})
    real = Path(path).resolve()
    if real.exists() and not real.is_dir():
        raise ValidationError({"path": [f"{path} is not a directory."]})
    for allowed in settings.ALLOWED_EXPORT_PATHS:
        if real.is_relative_to(Path(allowed).resolve()):
            return real
    raise ValidationError({"path": [f"{path} is not below a path of ALLOWED_EXPORT_PATHS."]})


def _storage(exporter: PyindexStaticExporter) -> Any:
    if exporter.storage:
        if exporter.storage in _TAKEN:
            raise ValidationError({"storage": [f"{exporter.storage!r} is Pulp's own."]})
        if exporter.storage not in storages.backends:
            raise ValidationError(
                {"storage": [f"There is no {exporter.storage!r} in the setting STORAGES."]}
            )
        told: Any = storages.backends[exporter.storage]
        try:
            # Not the one of the process: `Bucket` changes it.
            return storages.create_storage(told)
        except (InvalidStorageError, ImproperlyConfigured) as error:
            raise ValidationError({"storage": [str(error)]}) from error
    # Pulp itself reads the settings, as those of a domain.
    stand_in = Domain(
        pulp_id=_NEVER_A_DOMAIN,
        name="static-export",
        storage_class=exporter.storage_class,
        storage_settings=dict(exporter.storage_settings),
        # Another each time: Pulp keeps the storage of a domain until it changes.
        pulp_last_updated=timezone.now(),
    )
    try:
        return stand_in.get_storage()
    except ValidationError as error:
        raise ValidationError({"storage_settings": error.detail}) from error
    except ImproperlyConfigured as error:
        raise ValidationError({"storage_settings": [str(error)]}) from error
    except ImportError as error:
        extra = CLASSES[exporter.storage_class]
        raise ValidationError(
            {"storage_class": [f"Not installed on this Pulp: pip install 'pulp-pyindex[{extra}]'."]}
        ) from error

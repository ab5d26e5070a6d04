"""Where an exporter may write."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import storages
from django.test import override_settings
from rest_framework.exceptions import ValidationError

from pulp_pyindex.app.models import PyindexStaticExporter
from pulp_pyindex.app.stores import check_choice, open_tree, place_of, without_secrets
from pulp_pyindex.app.stores.bucket import Bucket
from pulp_pyindex.app.stores.directory import Directory

S3 = "storages.backends.s3.S3Storage"
AZURE = "storages.backends.azure_storage.AzureStorage"
GOOGLE = "storages.backends.gcloud.GoogleCloudStorage"
SETTINGS: dict[str, dict[str, Any]] = {
    S3: {"access_key": "k", "secret_key": "s", "bucket_name": "b", "location": "team"},
    AZURE: {"account_name": "a", "account_key": "c2VjcmV0", "azure_container": "c"},
    GOOGLE: {"project_id": "p", "bucket_name": "g"},
}


def exporter_of(**fields: Any) -> PyindexStaticExporter:
    """An exporter of a domain that nobody asks the database for."""
    return PyindexStaticExporter(pulp_domain_id=uuid4(), **fields)


def refused(**fields: Any) -> str:
    """Why an exporter of these fields may not be."""
    with pytest.raises(ValidationError) as caught:
        check_choice(exporter_of(**fields))
    return str(caught.value.detail)


@pytest.mark.parametrize("kind", SETTINGS)
def test_each_kind_of_object_storage_can_be_chosen(kind: str) -> None:
    """With the settings of a domain; keys are never shown, nor part of a name."""
    exporter = exporter_of(storage_class=kind, storage_settings=SETTINGS[kind])
    check_choice(exporter)
    assert isinstance(open_tree(exporter), Bucket)
    shown = without_secrets(SETTINGS[kind])
    assert not {"access_key", "secret_key", "account_key"} & shown.keys()
    assert "c2VjcmV0" not in place_of(exporter)
    # What REST gave is kept as it was given.
    assert exporter.storage_settings == SETTINGS[kind]


def test_secrets_inside_of_settings_are_not_shown() -> None:
    """Encryption with keys of the customer's is told in parameters of objects."""
    told = {"object_parameters": {"SSECustomerKey": "s", "StorageClass": "IA"}, "AWS_TOKEN": "t"}
    assert without_secrets(told) == {"object_parameters": {"StorageClass": "IA"}}


def test_a_directory_must_be_below_an_allowed_one(tmp_path: Path) -> None:
    """Really below it: neither by `..`, nor by a link, nor by the beginning of its name."""
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports/link").symlink_to(tmp_path)
    (tmp_path / "exports/file").touch()
    with override_settings(ALLOWED_EXPORT_PATHS=[f"{tmp_path}/exports"]):
        for path in ("exports", "exports/team", "exports/a/../b"):
            exporter = exporter_of(path=f"{tmp_path}/{path}")
            check_choice(exporter)
            assert isinstance(open_tree(exporter), Directory)
        for path in ("exports/../other", "exports/link/other", "exports-other"):
            assert "ALLOWED_EXPORT_PATHS" in refused(path=f"{tmp_path}/{path}")
        assert "not a directory" in refused(path=f"{tmp_path}/exports/file")
        assert "absolute" in refused(path="exports")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        pytest.param({}, "one place", id="none"),
        pytest.param({"path": "/a", "storage": "b"}, "not path and storage", id="two"),
        pytest.param(
            {"path": "/a", "storage_settings": {"x": 1}}, "need a `storage_class`", id="loose"
        ),
        pytest.param({"storage": "default"}, "Pulp's own", id="default"),
        pytest.param({"storage": "nowhere"}, "no 'nowhere'", id="unknown"),
        pytest.param({"storage_class": S3, "storage_settings": {}}, "access_key", id="keyless"),
        pytest.param(
            {"storage_class": S3, "storage_settings": {**SETTINGS[S3], "else": 1}},
            "Unexpected field",
            id="odd",
        ),
    ],
)
def test_what_names_no_place_is_refused(fields: dict[str, Any], reason: str) -> None:
    """With a reason."""
    assert reason in refused(**fields)


def test_a_storage_of_the_settings_can_be_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its name; its credentials are nobody's business."""
    own = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path), "allow_overwrite": True},
    }
    known: dict[str, Any] = storages.backends
    monkeypatch.setitem(known, "site", own)
    exporter = exporter_of(storage="site")
    check_choice(exporter)
    with open_tree(exporter) as tree:
        assert tree.read("nothing") is None
    assert place_of(exporter) == "storage 'site'"

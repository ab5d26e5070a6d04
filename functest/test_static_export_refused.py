"""Static export: what is refused, and who may do what."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.exporting import export, make_exporter
from support.objects import STORAGE_CLASS
from support.pulp import Pulp, TaskFailed, refusal, unique
from support.stack import Stack
from support.upstream import Upstream


@pytest.fixture
def pulp(domain_stack: Stack) -> Iterator[Pulp]:
    """The administrator, in the default domain."""
    client = domain_stack.client()
    yield client
    client.clean_up()


def test_what_cannot_be_exported_is_refused(pulp: Pulp, upstream: Upstream, exports: Path) -> None:
    """With a reason, by the field."""

    def refused(field: str, **fields: Any) -> str:
        answer = pulp.post("exporters/pyindex/static/", {"name": unique("no"), **fields})
        return refusal(answer, field)

    assert "ALLOWED_EXPORT_PATHS" in refused("path", path="/etc")
    assert "ALLOWED_EXPORT_PATHS" in refused("path", path=f"{exports}/../../..")
    assert "ALLOWED_EXPORT_PATHS" in refused("path", path=f"{exports.parent}-evil")
    assert "absolute" in refused("path", path="here")
    assert "Pulp's own" in refused("storage", storage="default")
    assert "STORAGES" in refused("storage", storage="nowhere")
    assert "one place" in refused("non_field_errors")
    assert "one place" in refused("non_field_errors", path=str(exports), storage="other")
    assert "bucket_name" in refused(
        "storage_settings", storage_class=STORAGE_CLASS, storage_settings={"access_key": "x"}
    )
    assert "not a valid choice" in refused(
        "storage_class", storage_class="pulpcore.app.models.storage.FileSystem"
    )

    exporter = make_exporter(pulp, path=str(exports))
    posted = f"{exporter['pulp_href']}exports/"
    assert "required" in refusal(pulp.post(posted, {}), "source")
    remote = pulp.create_remote(upstream.url)
    reason = refusal(pulp.post(posted, {"source": remote["pulp_href"]}), "source")
    assert "neither a publication" in reason
    repository = pulp.create_repository()
    distribution = pulp.distribute(repository=repository["pulp_href"], name=unique("empty"))
    pulp.update(distribution["pulp_href"], repository=None)
    answer = pulp.post(posted, {"source": distribution["pulp_href"]})
    assert "serves nothing" in refusal(answer, "source")
    exports.mkdir(parents=True)
    (exports / ".pyindex-export").write_text("something else")
    with pytest.raises(TaskFailed, match=r"PYI041.* not written by an export"):
        export(pulp, exporter, repository["pulp_href"])


def test_only_what_a_user_sees_can_be_exported(
    pulp: Pulp, domain_stack: Stack, exports: Path
) -> None:
    """And only by an exporter that he may use; keys of its storage are nobody's to see."""
    name, password = unique("user"), "a long password of a user"
    user = pulp.create("users/", username=name, password=password)
    given = {"role": "pyindex.pyindexstaticexporter_creator", "content_object": None}
    assert pulp.post(f"{user['pulp_href']}roles/", given).ok
    theirs = domain_stack.client(auth=(name, password), made=pulp.made)
    repository = pulp.create_repository()
    own = make_exporter(theirs, path=str(exports))
    exported = {"source": repository["pulp_href"]}
    answer = theirs.post(f"{own['pulp_href']}exports/", exported)
    assert "no such thing" in refusal(answer, "source")
    role = {"role": "pyindex.pyindexrepository_viewer", "users": [name]}
    assert pulp.post(f"{repository['pulp_href']}add_role/", role).ok
    assert export(theirs, own, repository["pulp_href"])["written"] == 3

    other = make_exporter(pulp, path=f"{exports}-other")
    assert theirs.get(other["pulp_href"]).status_code == 404
    role = {"role": "pyindex.pyindexstaticexporter_viewer", "users": [name]}
    assert pulp.post(f"{other['pulp_href']}add_role/", role).ok
    assert theirs.get(f"{other['pulp_href']}exports/").status_code == 200
    assert theirs.post(f"{other['pulp_href']}exports/", exported).status_code == 403
    changed = pulp.update(other["pulp_href"], base_url="https://packages.example.com")
    assert changed["base_url"] == "https://packages.example.com/"
    answer = pulp.patch(other["pulp_href"], {"path": "/etc"})
    assert "ALLOWED_EXPORT_PATHS" in refusal(answer, "path")

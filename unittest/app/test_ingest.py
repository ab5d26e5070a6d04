"""A file on disk becomes an artifact, or nothing does."""

from pathlib import Path
from typing import Any

import pytest

from pulpcore.plugin.models import Artifact, ContentArtifact
from pulpcore.plugin.util import get_domain

from pulp_pyindex.app import ingest
from pulp_pyindex.app.exceptions import FileMismatch
from pulp_pyindex.app.models import PyindexFile
from support.wheels import MadeFile, sdist, wheel

pytestmark = pytest.mark.django_db


def unit(made: MadeFile, facts: str = "f", **told: Any) -> PyindexFile:
    is_wheel = made.filename.endswith(".whl")
    file: PyindexFile = PyindexFile.objects.create(
        project=made.project,
        version=made.version,
        filename=made.filename,
        sha256=made.sha256,
        packagetype="bdist_wheel" if is_wheel else "sdist",
        facts_sha256=facts * 64,
        **told,
    )
    ContentArtifact.objects.create(content=file, relative_path=made.filename)
    return file


def store(made: MadeFile, tmp_path: Path, body: bytes | None = None, **promised: Any) -> Artifact:
    path = tmp_path / made.filename
    path.write_bytes(made.body if body is None else body)
    try:
        return ingest.store(
            str(path),
            sha256=made.sha256,
            domain=get_domain(),
            filename=made.filename,
            **promised,
        )
    finally:
        assert not path.exists()


def content(artifact: Artifact) -> bytes:
    with artifact.file.open() as file:
        body: bytes = file.read()
    return body


def test_every_unit_of_these_bytes_is_linked(tmp_path: Path) -> None:
    """Whatever else their sources told."""
    made = wheel("alpha")
    units = [unit(made, "e"), unit(made, "f")]
    artifact = store(made, tmp_path)
    for one in units:
        own = ContentArtifact.objects.get(content=one, relative_path=made.filename)
        assert own.artifact == artifact
    assert content(artifact) == made.body


def test_what_no_source_told_is_learnt(tmp_path: Path) -> None:
    """Size, metadata, Requires-Python; and the METADATA is kept for `.metadata`."""
    made = wheel("alpha", requires_python=">=3.8")
    one = unit(made)
    store(made, tmp_path)
    one.refresh_from_db()
    assert (one.size, one.requires_python) == (made.size, ">=3.8")
    assert one.metadata_sha256 == made.metadata_sha256
    assert one.core_metadata["name"] == "alpha"
    assert one.learned_at is not None
    beside = ContentArtifact.objects.get(content=one, relative_path=f"{made.filename}.metadata")
    assert content(beside.artifact) == made.metadata


def test_what_was_told_is_not_overwritten(tmp_path: Path) -> None:
    """A source that tells sizes and no Requires-Python says that there is none."""
    made = wheel("alpha", requires_python=">=3.8")
    one = unit(made, size=made.size, metadata_sha256="b" * 64)
    store(made, tmp_path)
    one.refresh_from_db()
    assert (one.size, one.requires_python, one.metadata_sha256) == (made.size, None, "b" * 64)
    assert not ContentArtifact.objects.filter(relative_path__endswith=".metadata").exists()


def test_the_metadata_of_a_sdist_is_read_and_not_offered(tmp_path: Path) -> None:
    """`.metadata` is for wheels."""
    made = sdist("alpha")
    one = unit(made)
    store(made, tmp_path)
    one.refresh_from_db()
    assert one.core_metadata["version"] == "1.0"
    assert one.metadata_sha256 is None


@pytest.mark.parametrize(
    "promised",
    [
        {"body": b"other bytes"},
        {"size": 3},
        {"expected_hashes": {"md5": "0" * 32}},
        {"expected_hashes": {"blake2b_256": "0" * 64}},
    ],
)
def test_a_broken_promise_stores_nothing(tmp_path: Path, promised: dict[str, Any]) -> None:
    """Neither row nor file."""
    made = wheel("alpha")
    one = unit(made)
    with pytest.raises(FileMismatch, match="PYI011"):
        store(made, tmp_path, **promised)
    assert not Artifact.objects.exists()
    assert ContentArtifact.objects.get(content=one).artifact is None


def test_bytes_that_are_here_already_are_the_same_artifact(tmp_path: Path) -> None:
    """A second arrival is no error."""
    made = wheel("alpha")
    unit(made)
    assert store(made, tmp_path) == store(made, tmp_path)


def test_a_file_that_is_no_archive_is_kept_as_its_index_promised(tmp_path: Path) -> None:
    """Nothing is learnt of it but its size."""
    made = wheel("alpha")
    broken = MadeFile(
        project="alpha", version="1.0", filename=made.filename, body=b"no zip", metadata=b""
    )
    one = unit(broken)
    store(broken, tmp_path)
    one.refresh_from_db()
    assert (one.size, one.core_metadata) == (6, None)


def test_part_of_a_file_in_the_storage_is_not_taken_for_the_whole(tmp_path: Path) -> None:
    """A crash amid copying leaves such."""
    made = wheel("alpha", salt="part")
    storage = get_domain().get_storage()
    place = Path(storage.path(f"artifact/{made.sha256[:2]}/{made.sha256[2:]}"))
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(made.body[:10])
    unit(made)
    assert content(store(made, tmp_path)) == made.body

"""Attestations that come with a file: verified by our own trust root, without any network."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from support.attesting import Authority, statement
from support.publishing import form, make_house
from support.pulp import TaskFailed, unique
from support.stack import Stack
from support.wheels import MadeFile, wheel

TYPE = "application/vnd.pypi.integrity.v1+json"


def attested(authority: Authority, made: MadeFile, **other: str) -> str:
    """The form's field: one attestation, of the file or of what `other` says instead."""
    said = {"filename": made.filename, "sha256": made.sha256, **other}
    return json.dumps([authority.attest(statement(**said))])


def test_attestations_are_verified_and_served(
    private_stack: Callable[..., Stack], tmp_path: Path
) -> None:
    """Good ones as provenance of their file; a bad one refuses the upload, which leaves nothing."""
    authority, stranger = Authority(), Authority()
    trusted = tmp_path / "trusted_root.json"
    trusted.write_bytes(authority.trust_root())
    setting = f"PYINDEX_ATTESTATION_TRUST_ROOT={trusted}"
    stack = private_stack(settings=(setting,), content_processes=1, workers=1)
    pulp = stack.client()
    house = make_house(pulp)

    good = wheel("alpha", "1.0", salt=unique())
    sent = attested(authority, good)
    assert house.send(good, [*form(good), ("attestations", sent)]).status_code == 200
    path = f"integrity/alpha/1.0/{good.filename}/provenance"
    for accept in (TYPE, "application/json", "*/*"):
        answer = house.index.get(path, headers={"Accept": accept})
        assert answer.headers["Content-Type"] == TYPE
        [bundle] = answer.json()["attestation_bundles"]
        assert bundle["attestations"] == json.loads(sent)
        assert bundle["publisher"]["kind"] == "GitHub"
        assert bundle["publisher"]["repository"] == "acme/demo"
    assert house.index.get(path, headers={"Accept": "text/html"}).status_code == 406
    assert house.index.files("alpha")[good.filename]["provenance"] == f"{house.index.base}{path}"

    bad = wheel("alpha", "2.0", salt=unique())
    refused = {
        "other name": attested(authority, bad, filename=good.filename),
        "other bytes": attested(authority, bad, sha256=good.sha256),
        "other signer": attested(stranger, bad),
        "no JSON": "[",
        "no list": "{}",
        "no attestation": '[{"version": 1}]',
        "two of a kind": json.dumps(json.loads(attested(authority, bad)) * 2),
        "deep": "[" * 100_000,
    }
    for what, field in refused.items():
        answer = house.send(bad, [*form(bad), ("attestations", field)])
        assert answer.status_code == 400, f"{what}: {answer.text}"
        assert f"provenance of {bad.filename!r}" in answer.reason, what
    assert set(house.index.files("alpha")) == {good.filename}
    assert pulp.rows("artifacts/", sha256=bad.sha256) == []

    # By REST it is the same.
    target = {"repository": house.repository["pulp_href"], "attestations": refused["other signer"]}
    files = {"file": (bad.filename, bad.body)}
    with pytest.raises(TaskFailed, match=r"PYI014.*provenance of"):
        pulp.task(pulp.post("content/pyindex/files/", data=target, files=files))
    target["attestations"] = attested(authority, bad)
    pulp.task(pulp.post("content/pyindex/files/", data=target, files=files))
    [row] = pulp.rows("content/pyindex/provenances/", filename=bad.filename)
    assert row["file_sha256"] == bad.sha256

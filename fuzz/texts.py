"""Metadata, upload forms, provenance and pages with something wrong in them."""

from __future__ import annotations

import json
from random import Random

from fuzz.mutations import broken, text, value
from pulp_pyindex.index import metadata, provenance
from pulp_pyindex.index.errors import (
    InvalidMetadata,
    InvalidPage,
    InvalidProvenance,
    InvalidUpload,
)
from pulp_pyindex.index.names import normalize
from pulp_pyindex.index.reading import RootReader, read_project
from pulp_pyindex.index.uploads import check_filename, check_metadata, read_form

_FORM = [
    (":action", "file_upload"),
    ("protocol_version", "1"),
    ("name", "demo"),
    ("version", "1.0"),
    ("filetype", "bdist_wheel"),
    ("pyversion", "py3"),
    ("sha256_digest", "ab" * 32),
    ("md5_digest", "cd" * 16),
    ("metadata_version", "2.4"),
    ("classifiers", "Private :: Do Not Upload"),
    ("attestations", "[]"),
]
_WHEEL = "demo-1.0-py3-none-any.whl"
_UPLOAD = read_form(_FORM, _WHEEL)
_METADATA = b"""\
Metadata-Version: 2.4
Name: demo
Version: 1.0
Summary: One line
Requires-Python: >=3.9
Requires-Dist: foo[bar]>=1.0,!=1.5; python_version < "3.12" and extra == "x"
Requires-Dist: baz @ https://example.com/baz.zip
Provides-Extra: x
Classifier: Private :: Do Not Upload
License-Expression: MIT OR Apache-2.0
Project-URL: Home, https://example.com
Keywords: a,b
Dynamic: summary
Description-Content-Type: text/markdown; charset=UTF-8; variant=GFM

# Demo
"""
_HASH = "ab" * 32
_PAGE = {
    "meta": {"api-version": "1.4", "_last-serial": 7},
    "name": "demo",
    "versions": ["1.0"],
    "project-status": {"status": "active", "reason": "x"},
    "files": [
        {
            "filename": _WHEEL,
            "url": f"../../packages/{_WHEEL}",
            "hashes": {"sha256": _HASH, "md5": "cd" * 16},
            "requires-python": ">=3.9",
            "size": 1234,
            "upload-time": "2026-01-02T03:04:05.678900Z",
            "yanked": "broken",
            "core-metadata": {"sha256": _HASH},
            "dist-info-metadata": True,
            "provenance": "https://example.com/provenance",
        },
        {"filename": "demo-1.0.tar.gz", "url": "https://example.com/demo-1.0.tar.gz", "hashes": {}},
    ],
}
_HTML = f"""\
<!DOCTYPE html>
<html><head><meta name="pypi:repository-version" content="1.4"><base href="https://a.example/"></head>
<body><h1>Links for demo</h1>
<a href="../../packages/{_WHEEL}#sha256={_HASH}" data-requires-python="&gt;=3.9"
 data-yanked="why" data-core-metadata="sha256={_HASH}" data-size="12">{_WHEEL}</a><br/>
<a href="demo-1.0.tar.gz">demo-1.0.tar.gz</a>
</body></html>
<!--SERIAL 7-->
""".encode()
_ROOT = {
    "meta": {"api-version": "1.4", "_last-serial": 9},
    "projects": [{"name": "demo", "_last-serial": 7}, {"name": "Other.Project"}],
}
_HTML_ROOT = b"""\
<!DOCTYPE html><html><head><title>Simple index</title></head><body>
<a href="/simple/demo/">demo</a><br/><a href="other-project/">Other.Project</a>
</body></html>
"""
_PROVENANCE = {
    "version": 1,
    "attestation_bundles": [
        {
            "publisher": {"kind": "GitHub", "claims": None, "repository": "a/b"},
            "attestations": [
                {
                    "version": 1,
                    "verification_material": {"certificate": "eA==", "transparency_entries": [{}]},
                    "envelope": {"statement": "eA==", "signature": "eA=="},
                }
            ],
        }
    ],
}


def core_metadata(random: Random) -> None:
    """METADATA is refused or read."""
    data = broken(random, _METADATA)
    if random.random() < 0.4:
        lines = _METADATA.decode().split("\n")
        at = random.randrange(len(lines))
        lines[at] = lines[at].partition(":")[0] + ": " + text(random, lines[at])
        data = "\n".join(lines).encode("utf-8", "surrogateescape")
    try:
        found = metadata.parse(data, _WHEEL)
        json.dumps(found.fields).encode()
    except InvalidMetadata:
        pass
    try:
        check_metadata(data, _UPLOAD)
    except InvalidUpload as error:
        str(error)


def upload_form(random: Random) -> None:
    """A form is refused, or its file has a name that cannot leave a directory."""
    fields = []
    for key, usual in _FORM:
        chance = random.random()
        if chance < 0.05:
            continue
        fields.append((key, text(random, usual) if chance < 0.15 else usual))
        if chance > 0.97:
            fields.append((text(random, key), text(random, usual)))
    filename = text(random, random.choice((_WHEEL, "demo-1.0.tar.gz", "Demo-1.0.zip")))
    try:
        form = read_form(fields, filename)
        parsed = check_filename(form, allow_legacy_names=random.random() < 0.5)
    except InvalidUpload as error:
        str(error)
        return
    assert "/" not in parsed.filename
    assert parsed.filename.isprintable()
    parsed.filename.encode()


def project_page(random: Random) -> None:
    """A page is refused or read, whatever the form."""
    body = _HTML
    if random.random() < 0.6:
        body = json.dumps(value(random, _PAGE)).encode("utf-8", "surrogatepass")
    if random.random() < 0.6:
        body = broken(random, body)
    try:
        reading = read_project(body, "https://upstream.example/simple/demo/", normalize("demo"))
    except InvalidPage as error:
        str(error)
        return
    for file in reading.page.files:
        assert "/" not in file.filename
        file.filename.encode()
        file.url.encode()


def root_page(random: Random) -> None:
    """A list of projects is refused or read, in whatever pieces it comes."""
    body = _HTML_ROOT
    if random.random() < 0.6:
        body = json.dumps(value(random, _ROOT)).encode("utf-8", "surrogatepass")
    if random.random() < 0.6:
        body = broken(random, body)
    reader = RootReader("https://upstream.example/simple/")
    size = random.choice((1, 7, 64, 10_000))
    try:
        for start in range(0, len(body), size):
            entries = reader.feed(body[start : start + size])
            assert all(normalize(entry.name) == entry.name for entry in entries)
        reader.close()
    except InvalidPage as error:
        str(error)


def provenance_object(random: Random) -> None:
    """A provenance object is refused, or comes back verbatim."""
    body = json.dumps(value(random, _PROVENANCE)).encode("utf-8", "surrogatepass")
    if random.random() < 0.5:
        body = broken(random, body)
    try:
        assert provenance.check(body, _WHEEL).encode() == body
    except InvalidProvenance as error:
        str(error)

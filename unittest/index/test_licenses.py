"""Licences: what metadata says of them, and what a list of allowed ones makes of it."""

from typing import Any

import pytest
from packaging.licenses import canonicalize_license_expression

from pulp_pyindex.index.errors import InvalidLicence
from pulp_pyindex.index.licenses import licence_of, read_allowed
from pulp_pyindex.index.licenses.classifiers import CLASSIFIERS, TEXTS
from pulp_pyindex.index.licenses.terms import read_terms

OSI = "License :: OSI Approved :: "


@pytest.mark.parametrize(
    ("metadata", "allowed", "verdict"),
    [
        ({"license_expression": "MIT"}, ["mit"], True),
        ({"license_expression": "MIT"}, ["Apache-2.0"], False),
        ({"license_expression": "MIT OR GPL-3.0-only"}, ["MIT"], True),
        ({"license_expression": "MIT AND GPL-3.0-only"}, ["MIT"], False),
        ({"license_expression": "MIT AND (ISC OR GPL-3.0-only)"}, ["MIT", "ISC"], True),
        # AND binds before OR.
        ({"license_expression": "ISC OR MIT AND GPL-3.0-only"}, ["ISC"], True),
        ({"license_expression": "GPL-2.0"}, ["GPL-2.0-only"], True),
        ({"license_expression": "GPL-2.0+"}, ["GPL-2.0-or-later"], True),
        ({"license_expression": "GPL-2.0+"}, ["GPL-2.0-only"], False),
        ({"license_expression": "BSD-3-Clause"}, ["bsd-*"], True),
        (
            {"license_expression": "GPL-2.0-only WITH Classpath-exception-2.0"},
            ["GPL-2.0-only WITH Classpath-exception-2.0"],
            True,
        ),
        (
            {"license_expression": "GPL-2.0-only WITH Classpath-exception-2.0"},
            ["GPL-2.0-only"],
            True,
        ),
        (
            {"license_expression": "GPL-2.0-only"},
            ["GPL-2.0-only WITH Classpath-exception-2.0"],
            False,
        ),
        ({"license_expression": "LicenseRef-Acme"}, ["LicenseRef-Acme"], True),
        ({"license_expression": "something else"}, ["MIT"], None),
        ({"classifier": [f"{OSI}MIT License"]}, ["MIT"], True),
        # Which BSD is meant is not told: each must do.
        ({"classifier": [f"{OSI}BSD License"]}, ["BSD-3-Clause"], False),
        ({"classifier": [f"{OSI}BSD License"]}, ["BSD-3-Clause", "BSD-2-Clause"], True),
        ({"classifier": [f"{OSI}MIT License", f"{OSI}ISC License (ISCL)"]}, ["MIT"], False),
        ({"classifier": ["License :: Other/Proprietary License"]}, ["MIT"], False),
        ({"classifier": ["License :: Of Its Own"]}, ["MIT"], None),
        # A classifier that says nothing leaves it to the text.
        ({"classifier": ["License :: OSI Approved"], "license": "The MIT License"}, ["MIT"], True),
        ({"license": "MIT"}, ["MIT"], True),
        ({"license": "Apache License,\n Version 2.0"}, ["Apache-2.0"], True),
        ({"license": "Permission is hereby granted " * 20}, ["MIT"], None),
        ({"license": ""}, ["MIT"], None),
        ({}, ["MIT"], None),
        (None, ["MIT"], None),
        ({"license_expression": "(" * 400 + "MIT" + ")" * 400}, ["MIT"], None),
    ],
)
def test_a_list_allows_what_binds(
    metadata: dict[str, Any] | None, allowed: list[str], verdict: bool | None
) -> None:
    """None is: nobody knows."""
    assert read_allowed(allowed).allows(licence_of(metadata)) is verdict


def test_what_is_not_allowed_is_named() -> None:
    """With what the file said."""
    licence = licence_of({"license_expression": "mit and gpl-3.0-only"})
    assert licence.said == "mit and gpl-3.0-only"
    assert read_allowed(["MIT"]).missing(licence) == ["GPL-3.0-only"]


@pytest.mark.parametrize("entry", ["", "*", "nothing known", "MIT OR ISC", "(MIT", "MIT;*"])
def test_an_entry_that_names_no_licence_is_refused(entry: str) -> None:
    """By its position."""
    with pytest.raises(InvalidLicence) as caught:
        read_allowed(["MIT", entry])
    assert (caught.value.position, caught.value.entry) == (1, entry)


@pytest.mark.parametrize("ids", sorted({*CLASSIFIERS.values()}))
def test_classifiers_are_told_in_spdx_identifiers(ids: tuple[str, ...]) -> None:
    """Of the list that packaging has."""
    assert [canonicalize_license_expression(one) for one in ids] == list(ids)


@pytest.mark.parametrize("text", sorted(TEXTS))
def test_texts_are_told_in_spdx_expressions(text: str) -> None:
    """Otherwise they would be no better than unknown."""
    assert read_terms(TEXTS[text]) is not None

"""Tokens in memory: what they are good for, and the notes of their use."""

from uuid import UUID, uuid4

import pytest

from pulp_pyindex.app.serving.tokens import Token, Tokens


def token(*projects: str, expires_at: float | None = None, pk: UUID | None = None) -> Token:
    return Token(
        pk=pk or uuid4(),
        sha256=uuid4().hex,
        name="t",
        scopes=frozenset({"read"}),
        distributions=frozenset(),
        projects=projects,
        expires_at=expires_at,
        owner_pk=1,
        owner="o",
    )


@pytest.mark.parametrize(
    ("projects", "name", "expected"),
    [
        ((), "anything", True),
        (("acme-*",), "acme-lib", True),
        (("acme-*",), "Acme_Lib", True),
        (("Acme_*",), "acme.lib", True),
        (("acme-*",), "acme", False),
        (("acme-*",), "not-acme-lib", False),
        (("acme", "beta"), "Beta", True),
        (("*",), "anything", True),
        (("acme-*",), "acme-/../x", False),
        (("acme-*",), "", False),
    ],
)
def test_projects_are_matched_by_normalised_name(
    projects: tuple[str, ...], name: str, expected: bool
) -> None:
    """Names and patterns, however either is written."""
    assert token(*projects).holds_project(name) is expected


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("acme_lib-1.0-py3-none-any.whl", True),
        ("acme-lib-1.0.tar.gz", True),
        ("acme_lib-1.0.zip", True),
        ("other-1.0-py3-none-any.whl", False),
        ("other-acme-lib-1.0.tar.gz", False),
        ("acme.tar.gz", False),
        ("acme-lib.txt", False),
        ("", False),
    ],
)
def test_files_are_matched_by_the_project_in_their_names(filename: str, expected: bool) -> None:
    """What cannot be a file of the project is not held."""
    assert token("acme-*").holds_file(filename) is expected
    assert token().holds_file(filename) is True


def test_a_token_expires_at_its_moment() -> None:
    """Not a moment later; without an expiry never."""
    assert not token(expires_at=100.0).has_expired(99.9)
    assert token(expires_at=100.0).has_expired(100.0)
    assert not token().has_expired(1e12)


def test_a_use_is_noted_once_a_minute() -> None:
    """And handed out once."""
    tokens, one, two = Tokens(), token(), token()
    for _ in range(5):
        tokens.note_use(one)
    tokens.note_use(two)
    assert set(tokens.take_used()) == {one.pk, two.pk}
    tokens.note_use(one)
    assert tokens.take_used() == []


def test_a_new_picture_forgets_what_is_revoked() -> None:
    """Also what was taken in since the last."""
    tokens, old, new = Tokens(), token(), token()
    tokens.replace([old])
    tokens.add(new)
    assert tokens.get(new.sha256) is new
    tokens.replace([new])
    assert tokens.get(old.sha256) is None

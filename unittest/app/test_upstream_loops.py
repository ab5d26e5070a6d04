"""What a request has passed goes along with it."""

from collections.abc import Iterator
from contextvars import copy_context
from uuid import uuid4

import pytest

from pulp_pyindex.app.upstream import loops


@pytest.fixture(autouse=True)
def _in_a_context_of_its_own() -> Iterator[None]:
    yield
    loops.arrive(None, uuid4())


def test_what_a_request_has_passed_is_known_again() -> None:
    """Indexes and remotes, also where others, of ours or not, stand between."""
    first, remote, second, other = uuid4(), uuid4(), uuid4(), uuid4()
    assert loops.arrive("cdn; q=1", first)
    assert loops.arrive(f"{loops.onward(remote)}, third", second)
    assert all(loops.is_loop(one) for one in (first, remote, second))
    assert not loops.is_loop(other)
    ours = [f"pulp-pyindex; id={one.hex}" for one in (first, remote, second, other)]
    assert loops.onward(other) == ", ".join(["cdn; q=1", *ours[:2], "third", *ours[2:]])


def test_an_index_that_is_asked_by_itself_notices() -> None:
    """Not the one before it on the same connection, which is another request."""
    index, remote = uuid4(), uuid4()
    assert loops.arrive(None, index)
    header = loops.onward(remote)
    assert not loops.arrive(header, index)
    assert loops.arrive(None, index)
    assert not loops.is_loop(remote)


def test_a_request_does_not_see_what_another_has_passed() -> None:
    """They are answered at the same time."""
    remote = uuid4()
    loops.arrive(loops.onward(remote), uuid4())
    assert copy_context().run(loops.is_loop, remote)
    loops.arrive(None, uuid4())
    assert not copy_context().run(loops.is_loop, remote)


def test_a_header_that_only_grows_is_a_loop() -> None:
    """It is not passed on: others in the round may know nothing of this."""
    assert not loops.arrive("other, " * 300, uuid4())

"""Broken and hostile archives: refused with a reason, or seen as Python's own readers see them."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz import archives
from fuzz.__main__ import TARGETS

SHORT = settings(
    max_examples=350,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@SHORT
@given(st.integers(0, 2**48))
def test_no_wheel_crashes_its_check(seed: int) -> None:
    """Any error but a refusal fails, so does a METADATA that zipfile does not find."""
    archives.wheel(Random(seed))


@SHORT
@given(st.integers(0, 2**48))
def test_no_sdist_crashes_its_check(seed: int) -> None:
    """Any error but a refusal fails, so does a PKG-INFO that tarfile does not find."""
    archives.sdist(Random(seed))


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_the_same_seed_makes_the_same_input(name: str) -> None:
    """What `make fuzz` names can be run again."""
    states = []
    for _ in range(2):
        random = Random(7)
        TARGETS[name](random)
        states.append(random.getstate())
    assert states[0] == states[1]

"""Digests."""

import pytest

from pulp_pyindex.index.digests import HEX_LENGTHS, checked
from pulp_pyindex.index.errors import InvalidDigest


def test_digests_are_lower_case_and_sorted() -> None:
    """Algorithms and hex are lowered, and come in alphabetical order."""
    found = checked({"SHA256": "AB" * 32, "md5": "0f" * 16})
    assert list(found.items()) == [("md5", "0f" * 16), ("sha256", "ab" * 32)]


def test_unknown_algorithms_are_dropped() -> None:
    """What nobody can check is not carried on."""
    assert checked({"crc32": "zz", "egg": "foo", "sha256": "a" * 64}) == {"sha256": "a" * 64}
    assert checked({}) == {}


@pytest.mark.parametrize(
    ("algorithm", "value"),
    [
        ("sha256", ""),
        ("sha256", "a" * 63),
        ("sha256", "a" * 65),
        ("sha256", "g" * 64),
        ("sha256", "a" * 63 + "\n"),
        ("sha256", "\N{FULLWIDTH DIGIT ONE}" * 64),
        ("md5", "a" * 64),
        ("sha512", "a" * 1_000_000),
    ],
)
def test_a_digest_of_the_wrong_length_or_alphabet_is_refused(algorithm: str, value: str) -> None:
    """A known algorithm with an impossible value raises."""
    with pytest.raises(InvalidDigest) as caught:
        checked({algorithm: value})
    assert caught.value.algorithm == algorithm
    assert len(str(caught.value)) < 1000


def test_one_algorithm_with_two_values_is_refused() -> None:
    """Spellings of one algorithm must agree."""
    assert checked({"sha256": "a" * 64, "SHA256": "A" * 64}) == {"sha256": "a" * 64}
    with pytest.raises(InvalidDigest):
        checked({"sha256": "a" * 64, "SHA256": "b" * 64})


def test_known_lengths_are_those_of_hashlib() -> None:
    """The table agrees with the standard library."""
    import hashlib

    for algorithm, length in HEX_LENGTHS.items():
        if algorithm == "blake2b_256":
            digest = hashlib.blake2b(digest_size=32).hexdigest()
        else:
            digest = hashlib.new(algorithm.replace("blake2b_256", "blake2b")).hexdigest()
        assert len(digest) == length

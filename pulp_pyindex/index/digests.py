"""Digests as indexes write them: the name of an algorithm, and hex."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from pulp_pyindex.index.errors import InvalidDigest

#: Known algorithms → number of hex digits. `blake2b_256` is PyPI's own name for a short blake2b.
HEX_LENGTHS: Mapping[str, int] = MappingProxyType(
    {
        "blake2b": 128,
        "blake2b_256": 64,
        "blake2s": 64,
        "md5": 32,
        "sha1": 40,
        "sha224": 56,
        "sha256": 64,
        "sha384": 96,
        "sha512": 128,
        "sha3_224": 56,
        "sha3_256": 64,
        "sha3_384": 96,
        "sha3_512": 128,
    }
)

_is_hex = re.compile(r"[0-9a-f]+\Z").match


def checked(hashes: Mapping[str, str]) -> dict[str, str]:
    """The digests of known algorithms in lower case, sorted by algorithm.

    Unknown algorithms are dropped: nobody could check them. Raises InvalidDigest where a known one
    has the wrong length or is not hex.
    """
    found: dict[str, str] = {}
    for name, value in hashes.items():
        algorithm = name.lower()
        length = HEX_LENGTHS.get(algorithm)
        if length is None:
            continue
        digest = value.lower()
        if len(digest) != length:
            reason = f"has {len(digest)} digits, not {length}"
            raise InvalidDigest(algorithm, value[: 2 * length], reason)
        if not _is_hex(digest):
            raise InvalidDigest(algorithm, value, "is not hexadecimal")
        if found.setdefault(algorithm, digest) != digest:
            raise InvalidDigest(algorithm, value, "is given twice, differently")
    return dict(sorted(found.items())) if len(found) > 1 else found

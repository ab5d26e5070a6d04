"""Lists of allowed licences, as administrators write them: `MIT`, `GPL-2.0-or-later`, `BSD-*`."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from dataclasses import dataclass

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from pulp_pyindex.index.errors import InvalidLicence

from .saying import Licence
from .terms import One, evaluate, licences, read_terms

_PATTERN = re.compile(r"[A-Za-z0-9.+*-]+\Z")


@dataclass(frozen=True, slots=True)
class Allowed:
    """Licences by SPDX identifier and by pattern."""

    #: `MIT`, `GPL-2.0-only WITH Classpath-exception-2.0`.
    exact: frozenset[str]
    patterns: tuple[re.Pattern[str], ...] = ()

    def allows(self, licence: Licence) -> bool | None:
        """Whether everything that binds is allowed; None where it is not known what binds.

        Of alternatives (`OR`) one is enough.
        """
        if licence.terms is None:
            return None
        return evaluate(licence.terms, self._has)

    def missing(self, licence: Licence) -> list[str]:
        """The licences, of those it names, that are not allowed; sorted."""
        if licence.terms is None:
            return []
        return sorted({str(one) for one in licences(licence.terms) if not self._has(one)})

    def _has(self, one: One) -> bool:
        # An exception only adds rights.
        names = {str(one), one.id}
        return not names.isdisjoint(self.exact) or any(
            pattern.match(one.id) for pattern in self.patterns
        )


def read_allowed(texts: Iterable[str]) -> Allowed:
    """Read a list; raises InvalidLicence for the first entry that names no licence."""
    exact: set[str] = set()
    patterns: list[re.Pattern[str]] = []
    for position, text in enumerate(texts):
        stripped = text.strip()
        if "*" in stripped:
            if _PATTERN.match(stripped) is None or not stripped.strip("*"):
                raise InvalidLicence(position, text, "not a pattern of SPDX identifiers")
            pattern = re.sub(r"\*+", "*", stripped)
            patterns.append(re.compile(fnmatch.translate(pattern), re.IGNORECASE))
            continue
        try:
            terms = read_terms(canonicalize_license_expression(stripped))
        except (InvalidLicenseExpression, RecursionError) as error:
            raise InvalidLicence(position, text, "not an SPDX licence identifier") from error
        if not isinstance(terms, One):
            raise InvalidLicence(position, text, "name one licence an entry, without AND and OR")
        exact.add(str(terms))
    return Allowed(frozenset(exact), tuple(patterns))

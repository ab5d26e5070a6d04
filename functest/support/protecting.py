"""An index that demands tokens, those who read it, and what they are answered."""

from dataclasses import dataclass, replace
from typing import Any

from .everyone import everyone
from .index import Index
from .pulp import Mirror, Pulp, Row, unique
from .waiting import wait_for
from .wheels import wheel

ALPHA = wheel("alpha", "1.0")
ACME = wheel("acme-lib", "1.0")
PASSWORD = "a long password of a user"
DOWNLOADER = "core.rbaccontentguard_downloader"
VIEWER = "pyindex.pyindexdistribution_viewer"
Auth = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """A mirror whose distribution demands tokens."""

    pulp: Pulp
    mirror: Mirror
    distribution: Row
    index: Index
    file: str

    def token(self, by: Pulp | None = None, **fields: Any) -> Row:
        """A token for reading, of the administrator or of somebody else."""
        given = {
            "name": unique("token"),
            "scopes": ["read"],
            "distributions": [self.distribution["pulp_href"]],
            **fields,
        }
        return (by or self.pulp).create("pyindex/tokens/", **given)

    def user(self, *, may_view: bool = False) -> Pulp:
        """A new user."""
        name = unique("user")
        self.pulp.create("users/", username=name, password=PASSWORD)
        user = replace(self.pulp, auth=(name, PASSWORD), made=self.pulp.made)
        if may_view:
            grant(self.pulp, self.distribution, VIEWER, user)
        return user

    def paths(self) -> list[str]:
        """Everything there is to read."""
        own_place = self.index.base.replace("/pypi/", "/pulp/content/", 1)
        return [
            "simple/",
            "simple/alpha/",
            self.file,
            f"{self.file}.metadata",
            f"{own_place}simple/alpha/",
            "pypi/alpha/json",
        ]


def protect(pulp: Pulp, mirror: Mirror) -> Protected:
    """The mirror, whose distribution demands tokens from now on."""
    file = str(mirror.index.files("alpha")[ALPHA.filename]["url"])
    distribution = pulp.update(mirror.distribution["pulp_href"], require_token=True)
    mirror.index.wait(lambda index: index.get().status_code == 401, "the protection")
    return Protected(
        pulp=pulp, mirror=mirror, distribution=distribution, index=mirror.index, file=file
    )


def grant(pulp: Pulp, row: Row, role: str, to: Pulp) -> None:
    """Give a role on the row to that user."""
    assert to.auth is not None
    answer = pulp.post(f"{row['pulp_href']}add_role/", {"role": role, "users": [to.auth[0]]})
    assert answer.ok, answer.text


def basic(token: Row) -> Auth:
    """The credentials that installers send for a token."""
    return "__token__", str(token["token"])


def statuses(index: Index, path: str = "simple/", **options: Any) -> set[int]:
    """What the content processes answer, each asked once."""
    asked = wait_for(lambda: everyone(index.base), "every content process")
    return {
        replace(index, session=session).get(path, **options).status_code
        for session in asked.values()
    }


def soon(index: Index, status: int, path: str = "simple/", **options: Any) -> None:
    """Wait until every process answers `status`."""
    wait_for(lambda: statuses(index, path, **options) == {status}, f"{path} to be {status}")

"""Publishing from CI without a secret: Pulp's workload identity, with unmodified tools."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from support import workload
from support.clients import BIN, Clients
from support.index import Index
from support.publishing import form
from support.pulp import Pulp, Row, unique
from support.stack import Stack
from support.wheels import MadeFile, wheel


@pytest.fixture
def keys(domain_stack: Stack) -> Iterator[Path]:
    """Where the CI's keys are, which it shows."""
    folder = Path(domain_stack.home).parent
    with workload.provider(folder):
        yield folder


@pytest.fixture
def pulp(domain_stack: Stack, keys: Path) -> Iterator[Pulp]:
    """The administrator of the stack that trusts a CI; what he made goes before `keys` do."""
    client = domain_stack.client()
    yield client
    client.clean_up()


@pytest.fixture
def team(pulp: Pulp) -> Row:
    """A read-protected index of the repository in which the trusted jobs may upload.

    Its name is in the stack's settings: one test has it at a time, see `workload.provider`.
    """
    repository = pulp.create_repository(name=workload.REPOSITORY)
    row = pulp.distribute(repository=repository["pulp_href"], require_token=True)
    Index(base=row["base_url"]).wait(lambda index: index.get().status_code == 401, "the index")
    return row


def test_a_job_publishes_with_what_its_ci_gives_it(
    pulp: Pulp, team: Row, keys: Path, clients: Clients
) -> None:
    """twine sends the job's web token as any other; what it brought is there."""
    made = wheel("acme-tool", salt=unique())
    clients.folder.joinpath(made.filename).write_bytes(made.body)
    clients.run(
        str(BIN / "twine"),
        *("upload", "--repository-url", f"{team['base_url']}legacy/", "--non-interactive"),
        *("--disable-progress-bar", made.filename),
        env={"TWINE_USERNAME": "__token__", "TWINE_PASSWORD": workload.web_token(keys)},
    )
    index = Index(base=team["base_url"], auth=pulp.auth)
    assert index.download(made.project, made.filename) == made.body


@pytest.mark.parametrize(
    ("claims", "status"),
    [({"repository": "others/tools"}, 401), ({"lasts": -60.0}, 401)],
    ids=["another repository's job", "a token that has expired"],
)
def test_other_jobs_do_not(team: Row, keys: Path, claims: dict[str, Any], status: int) -> None:
    """Who is not named by a rule, or comes too late, is asked who he is."""
    made = wheel("acme-tool", salt=unique())
    token = workload.web_token(keys, **claims)
    answer = _send(team, made, token)
    assert answer.status_code == status
    assert "Basic" in answer.headers["WWW-Authenticate"]


def test_a_job_may_no_more_than_its_rule_says(pulp: Pulp, team: Row, keys: Path) -> None:
    """Another index of the same Pulp takes nothing from it."""
    other = pulp.distribute(repository=pulp.create_repository()["pulp_href"])
    address = f"{other['base_url']}legacy/"
    Index(base=address).wait(lambda index: index.get("").status_code == 405, "the other index")
    token = workload.web_token(keys)
    answer = _send(other, wheel("acme-tool", salt=unique()), token)
    assert answer.status_code == 403, answer.text


def _send(index: Row, made: MadeFile, token: str) -> requests.Response:
    fields = dict(form(made))
    return requests.post(
        f"{index['base_url']}legacy/",
        data=fields,
        files={"content": (made.filename, made.body)},
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )

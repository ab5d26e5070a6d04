"""The Ansible collection: the playbook of the documentation, modules with good and bad input."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from support.ansible import Played, play
from support.index import Index
from support.pulp import Pulp, unique
from support.stack import Stack
from support.upstream import Upstream
from support.wheels import sdist, wheel

LIFECYCLE = Path(__file__).resolve().parent.parent / "docs/how-to/playbooks/lifecycle.yml"
PLAY = """
- hosts: localhost
  gather_facts: false
  module_defaults:
    group/pyindex.pulp.pyindex:
      pulp_url: "{{ lookup('env', 'PULP_URL') }}"
      pulp_username: admin
      pulp_password: "{{ lookup('env', 'PULP_PASSWORD') }}"
  tasks:
"""


class Collection:
    """Runs tasks, and deletes at the end what they made under the test's own name."""

    def __init__(self, stack: Stack, pulp: Pulp, folder: Path) -> None:
        self.stack, self.pulp, self.folder = stack, pulp, folder
        self.name = unique("ansible")

    def run(self, tasks: str, *options: str, ok: bool = True, **environment: str) -> Played:
        """Tasks as a play has them; NAME is the test's own name."""
        path = self.folder / "play.yml"
        listed = yaml.safe_load(tasks.replace("NAME", self.name))
        header = yaml.safe_load(PLAY)
        header[0]["tasks"] = listed
        path.write_text(yaml.safe_dump(header, sort_keys=False))
        return play(path, self.stack, self.folder, *options, ok=ok, **environment)

    def clean_up(self) -> None:
        for kind in ("distributions", "repositories", "remotes"):
            for row in self.pulp.rows(f"{kind}/pyindex/pyindex/", name__startswith=self.name):
                self.pulp.made.append(row["pulp_href"])
        for row in self.pulp.rows("pyindex/tokens/"):
            if row["name"].startswith(self.name):
                self.pulp.made.append(row["pulp_href"])
        # The last made goes first: what is served before what it shows.
        self.pulp.made.reverse()


@pytest.fixture
def collection(stack: Stack, pulp: Pulp, tmp_path: Path) -> Iterator[Collection]:
    made = Collection(stack, pulp, tmp_path)
    yield made
    made.clean_up()


@pytest.mark.timeout(600)
def test_the_life_of_a_mirror(collection: Collection, upstream: Upstream) -> None:
    """In check mode nothing is written, then all is made, then nothing is left to do."""
    upstream.add(wheel("alpha"), wheel("beta", "1.0"), wheel("beta", "2.0"), sdist("gamma"))
    dist = collection.folder / "dist"
    dist.mkdir()
    tool = wheel("acme-tool")
    (dist / tool.filename).write_bytes(tool.body)

    def once(*options: str) -> Played:
        return play(
            LIFECYCLE,
            collection.stack,
            collection.folder,
            *("--extra-vars", f"team={collection.name}", *options),
            UPSTREAM=upstream.url,
            DIST=str(dist),
        )

    tried = once("--check", "--diff")
    assert tried.changes > 5
    assert not collection.pulp.rows(
        "repositories/pyindex/pyindex/", name__startswith=collection.name
    )
    assert once().changed == tried.changed
    assert once().changes == 0
    served = Index(base=f"{collection.stack.content}/pypi/{collection.name}/prod/").wait_served()
    assert served.projects() == {"alpha", "beta"}
    own = Index(base=f"{collection.stack.content}/pypi/{collection.name}/own/").wait_served()
    assert own.files("acme-tool")[tool.filename]["yanked"] == "Loses data"
    upstream.add(wheel("beta", "3.0"))
    promote = """
    - name: Read
      pyindex.pulp.sync: {repository: NAME-dev}
    - name: Try
      pyindex.pulp.promote: {repository: NAME-prod, source: NAME-dev@2, projects: [beta]}
      check_mode: true
    - name: Promote
      pyindex.pulp.promote: {repository: NAME-prod, source: NAME-dev@2, projects: [beta]}
    - name: Again
      pyindex.pulp.promote: {repository: NAME-prod, source: NAME-dev@2, projects: [beta]}
    """
    assert collection.run(promote).changed == {"Read", "Try", "Promote"}
    served.wait(lambda index: len(index.files("beta")) == 3, "the new release in production")


def test_fields_are_changed_cleared_and_compared(collection: Collection) -> None:
    """A remote's fields: set, set again, changed, taken back; secrets are not shown."""
    first = """
    - name: Make it
      pyindex.pulp.remote:
        name: NAME
        url: https://index.example.com/simple/
        includes: ["Requests >= 2", "acme-*"]
        keep_latest: 3
        uploaded_before: "2026-01-01T00:00:00Z"
        password: very-secret
        username: reader
    """
    made = collection.run(first, "--diff")
    assert made.changes == 1
    assert "very-secret" not in made.output
    again = collection.run(first)
    assert again.changes == 0, again.output
    assert collection.run(first.replace("keep_latest: 3", "keep_latest: 4")).changes == 1
    cleared = """
    - name: Take it back
      pyindex.pulp.remote:
        name: NAME
        clear: [keep_latest]
        password: another
        update_secrets: true
    """
    assert collection.run(cleared, "--check").changes == 1
    assert collection.run(cleared).changes == 1
    [row] = collection.pulp.rows("remotes/pyindex/pyindex/", name=collection.name)
    assert row["keep_latest"] is None
    assert row["uploaded_before"] == "2026-01-01T00:00:00Z"
    gone = "- pyindex.pulp.remote: {name: NAME, state: absent}"
    assert collection.run(gone, "--check").changes == 1
    assert collection.run(gone).changes == 1
    assert collection.run(gone).changes == 0


#: Tasks, and what is said of them.
BAD = {
    "remote: {name: NAME, url: 'ftp://index/simple/'}": "url",
    "repository: {name: NAME, remote: NAME-nobody}": "NAME-nobody",
    "promote: {repository: NAME-no, source: NAME-none}": "NAME-no",
    "sync: {repository: NAME-no}": "NAME-no",
    "info: {resource: nonsense}": "'nonsense' is no resource",
    "action: {resource: repository, action: fly, name: NAME}": "no action 'fly'",
    "upload: {repository: NAME-no, src: [missing.whl]}": "NAME-no",
    "info: {resource: file, pulp_password: wrong}": "Authentication failed",
}


def test_what_goes_wrong_is_said(collection: Collection) -> None:
    """Bad fields, unknown names and wrong passwords fail the task with Pulp's own words."""
    tasks = [{"ignore_errors": True, **yaml.safe_load(f"pyindex.pulp.{task}")} for task in BAD]
    played = collection.run(yaml.safe_dump(tasks))
    told = re.findall(r"^fatal: .*$", played.output, re.MULTILINE)
    for line, said in zip(told, BAD.values(), strict=True):
        assert said.replace("NAME", collection.name) in line
        assert "Traceback" not in line


def test_every_module_is_documented(collection: Collection) -> None:
    """ansible-doc shows each with its options and an example."""
    modules = sorted(
        path.stem
        for path in (LIFECYCLE.parents[3] / "clients/ansible/plugins/modules").glob("*.py")
    )
    collection.run("- pyindex.pulp.info: {resource: token}")
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("ansible-doc")),
            "--json",
            *(f"pyindex.pulp.{module}" for module in modules),
        ],
        env={
            "HOME": str(collection.folder),
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(collection.folder / "collections"),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = json.loads(done.stdout)
    assert {name.rpartition(".")[2] for name in told} == set(modules)
    for one in told.values():
        assert "pulp_url" in one["doc"]["options"]
        assert one["examples"].strip()

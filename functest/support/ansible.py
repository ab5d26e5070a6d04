"""ansible-playbook with the collection of this repository."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .stack import PASSWORD, Stack

_ROOT = Path(__file__).resolve().parents[2]


_TASK = re.compile(r"^TASK \[(?:[\w.]+ : )?(?P<name>.+)\] \*+$")
_RECAP = re.compile(r"changed=(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How a playbook ended."""

    output: str

    @property
    def changed(self) -> set[str]:
        """Names of the tasks that changed something, or would."""
        found, task = set(), ""
        for line in self.output.splitlines():
            if match := _TASK.match(line):
                task = match["name"]
            elif line.startswith("changed: ["):
                found.add(task)
        return found

    @property
    def changes(self) -> int:
        """The number that Ansible itself tells at the end."""
        match = _RECAP.search(self.output)
        assert match is not None, self.output
        return int(match[1])


def play(
    playbook: Path, stack: Stack, folder: Path, *options: str, ok: bool = True, **environment: str
) -> Played:
    """Run a playbook on this machine; it must end 0 where `ok`, and other than 0 where not."""
    collections = folder / "collections/ansible_collections/pyindex"
    if not collections.exists():
        collections.mkdir(parents=True)
        (collections / "pulp").symlink_to(_ROOT / "clients/ansible")
    inherited = {
        k: v for k, v in os.environ.items() if not k.startswith(("PULP_", "PYTEST_", "ANSIBLE_"))
    }
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("ansible-playbook")),
            *("--inventory", "localhost,", "--connection", "local"),
            *("--extra-vars", f"ansible_python_interpreter={sys.executable}"),
            *options,
            str(playbook),
        ],
        cwd=folder,
        env={
            **inherited,
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
            "ANSIBLE_LOCAL_TEMP": str(folder / "ansible"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "0",
            "PULP_URL": stack.api,
            "PULP_PASSWORD": PASSWORD,
            **environment,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert (done.returncode == 0) is ok, done.stdout
    return Played(output=done.stdout)

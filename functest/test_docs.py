"""The commands of the documentation, as their reader would type them.

Blocks of bash below a line `<!-- run -->` are run, those of one page in one shell. `$UPSTREAM`,
`$PULP`, `$CONTENT` and `$PYINDEX_HOME` are what the reader is told to set. `<!-- run: helpers -->`
marks what other pages rely on too.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support import stack as stacks
from support.stack import PASSWORD, Stack
from support.upstream import Upstream
from support.wheels import sdist, wheel

DOCS = Path(__file__).resolve().parent.parent / "docs"
TUTORIAL = DOCS / "tutorial" / "first-mirror.md"
RECIPES = sorted(
    path for path in (DOCS / "how-to").glob("*.md") if "<!-- run -->" in path.read_text("utf-8")
)
PRODUCTION = DOCS / "tutorial" / "production.md"

_BLOCK = re.compile(r"^<!-- run(: helpers)? -->\n```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path, *, helpers: bool = False) -> str:
    """The commands of a page in their order; or only what other pages rely on."""
    found = _BLOCK.findall(page.read_text(encoding="utf-8"))
    return "\n".join(block for mark, block in found if mark or not helpers)


def run(commands: str, folder: Path, **environment: str) -> str:
    """What the commands print; the test fails with it where one of them fails."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PULP_", "PIP_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env={**inherited, "PATH": path, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, f"ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


@pytest.fixture
def offered(make_upstream: Callable[..., Upstream]) -> Upstream:
    """An upstream with the projects that the documentation mirrors."""
    upstream = make_upstream(serials=True)
    for name, versions in {
        "idna": ("3.9", "3.10"),
        "urllib3": ("1.26.20", "2.0.7", "2.2.0"),
        "certifi": ("2024.8.30",),
        "acme-tool": ("1.0",),
        "acme-secret": ("1.0",),
    }.items():
        for version in versions:
            upstream.add(wheel(name, version), sdist(name, version))
    return upstream


def test_the_tutorial_works(template: Path, offered: Upstream, tmp_path: Path) -> None:
    """From `up` to `down`, on a home that is prepared so that it need not be migrated again."""
    home = template.with_name("stack-tutorial")
    stacks.copy(template, home)
    ports = {name: f"127.0.0.1:{stacks.free_port()}" for name in ("content", "api")}
    # `up` in the tutorial names no ports: what was said once is remembered.
    remembered = json.loads((template / "options.json").read_text())
    (home / "options.json").write_text(json.dumps(remembered | ports))
    try:
        printed = run(
            blocks(TUTORIAL),
            tmp_path,
            PYINDEX_HOME=str(home),
            UPSTREAM=offered.url,
            PULP=f"http://{ports['api']}",
            CONTENT=f"http://{ports['content']}",
        )
    finally:
        stacks.stop(home)
    assert "certifi-2024.8.30-py3-none-any.whl" in printed
    assert "urllib3-1.26.20" not in printed
    assert "\n404\n" in printed


@pytest.fixture
def recipes(private_stack: Callable[..., Stack]) -> Stack:
    """A stack without any rows: recipes give plain names to what they make."""
    return private_stack(workers=1, content_processes=1)


def test_the_recipes_work(recipes: Stack, offered: Upstream, tmp_path: Path) -> None:
    """Every how-to page that has commands, one after the other."""
    (Path(recipes.home) / "admin-password").write_text(PASSWORD)
    for page in RECIPES:
        printed = run(
            f"{blocks(TUTORIAL, helpers=True)}\necho {page.name}\n{blocks(page)}",
            tmp_path,
            PYINDEX_HOME=recipes.home,
            UPSTREAM=offered.url,
            PULP=recipes.api,
            CONTENT=recipes.content,
        )
        if page.name == "protect.md":
            assert "\n401\n200\n" in printed
        if page.name == "filter.md":
            assert "includes[1]" in printed


def test_the_way_to_production_works(recipes: Stack, offered: Upstream, tmp_path: Path) -> None:
    """By the command line alone, whose configuration is in its user's home."""
    (Path(recipes.home) / "admin-password").write_text(PASSWORD)
    printed = run(
        blocks(PRODUCTION),
        tmp_path,
        HOME=str(tmp_path),
        PYINDEX_HOME=recipes.home,
        UPSTREAM=offered.url,
        PULP=recipes.api,
        CONTENT=recipes.content,
    )
    assert "Successfully downloaded urllib3" in printed
    assert '"shows": "prod@2"' in printed

"""Publishing tools as their users run them, unmodified."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from twine.commands.upload import skip_upload
from twine.package import PackageFile

from support.clients import BIN, Clients, Ran
from support.publishing import House, form, make_house
from support.pulp import Pulp, unique
from support.wheels import MadeFile, sdist, wheel

PYPROJECT = """\
[project]
name = "alpha"
version = "1.0"
description = "for tests"
requires-python = ">=3.11"

[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"
"""


@pytest.fixture
def house(pulp: Pulp) -> House:
    return make_house(pulp)


class Tools(Clients):
    """Publishing tools; `folder` is a project whose files are in dist/."""

    def put(self, *files: MadeFile) -> list[str]:
        """Their paths in dist/."""
        dist = self.folder / "dist"
        dist.mkdir(exist_ok=True)
        for made in files:
            (dist / made.filename).write_bytes(made.body)
        return [f"dist/{made.filename}" for made in files]

    def tool(self, *command: str, ok: bool = True, env: Mapping[str, str] | None = None) -> Ran:
        name, *rest = command
        return self.run(str(BIN / name), *rest, ok=ok, env=env)

    def twine(self, house: House, *arguments: str, ok: bool = True) -> Ran:
        """`twine upload` with the house's token."""
        env = {"TWINE_USERNAME": "__token__", "TWINE_PASSWORD": house.token}
        options = ("--repository-url", house.url, "--non-interactive", "--disable-progress-bar")
        return self.tool("twine", "upload", *options, *arguments, ok=ok, env=env)

    def uv_publish(self, house: House, *arguments: str, ok: bool = True) -> Ran:
        """`uv publish` with the house's token."""
        env = {"UV_PUBLISH_TOKEN": house.token}
        return self.tool("uv", "publish", "--publish-url", house.url, *arguments, ok=ok, env=env)


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "alpha.py").write_text('"""For tests."""\n\n__version__ = "1.0"\n')
    return Tools(folder=tmp_path)


def release() -> tuple[MadeFile, MadeFile]:
    """A wheel and a sdist with bytes that Pulp has never seen."""
    salt = unique()
    return wheel("alpha", "1.0", salt=salt), sdist("alpha", "1.0", salt=salt)


def altered(made: MadeFile) -> MadeFile:
    return replace(made, body=wheel("alpha", "1.0", salt=unique()).body)


def test_twine(house: House, tools: Tools) -> None:
    """A release, and again; twine shows why a changed file is refused."""
    made = release()
    paths = tools.put(*made)
    tools.twine(house, *paths)
    assert set(house.index.files("alpha")) == {one.filename for one in made}
    tools.twine(house, *paths)
    [path] = tools.put(altered(made[0]))
    assert "File already exists" in tools.twine(house, path, ok=False).output
    assert house.index.download("alpha", made[0].filename) == made[0].body


def test_twine_knows_what_it_may_skip(house: House) -> None:
    """Its --skip-existing is for PyPI's own addresses only, but the answer is what it looks for."""
    made, _ = release()
    assert house.send(made).ok
    assert skip_upload(house.send(altered(made)), True, cast(PackageFile, None))
    refused = house.send(made, form(made, sha256_digest="0" * 64))
    assert not skip_upload(refused, True, cast(PackageFile, None))


def test_twine_without_the_right(house: House, tools: Tools) -> None:
    """It says what the server said."""
    [path] = tools.put(wheel("alpha", salt=unique()))
    said = tools.twine(replace(house, token="pyindex-none"), path, ok=False).output
    assert "401" in said
    assert "token" in said


def test_uv(house: House, tools: Tools) -> None:
    """A release, again with `--check-url`, and with one file changed, which uv notices."""
    made = release()
    paths = tools.put(*made)
    check = ("--check-url", house.index.simple)
    tools.uv_publish(house, *check, *paths)
    assert set(house.index.files("alpha")) == {one.filename for one in made}
    assert "already exists" in tools.uv_publish(house, *check, *paths).output
    tools.uv_publish(house, *paths)
    changed = tools.put(altered(made[0]))
    said = tools.uv_publish(house, *check, *changed, ok=False).output
    assert "do not match" in said
    said = tools.uv_publish(house, *changed, ok=False).output
    assert "400 File already exists" in " ".join(said.split())


def test_poetry(house: House, tools: Tools) -> None:
    """`poetry publish` to a repository with a name, again, and with one file changed."""
    made = release()
    tools.put(*made)
    tools.poetry("config", "repositories.house", house.url)
    who = ("--repository", "house", "--username", "__token__", "--password", house.token)
    tools.poetry("publish", *who)
    assert set(house.index.files("alpha")) == {one.filename for one in made}
    tools.poetry("publish", *who)
    tools.put(altered(made[0]))
    assert "File already exists" in tools.poetry("publish", *who, ok=False).output
    assert "skipping" in tools.poetry("publish", "--skip-existing", *who).output.lower()
    assert house.index.download("alpha", made[0].filename) == made[0].body


def test_flit(house: House, tools: Tools) -> None:
    """`flit publish` builds and uploads."""
    env = {
        "FLIT_INDEX_URL": house.url,
        "FLIT_USERNAME": "__token__",
        "FLIT_PASSWORD": house.token,
    }
    tools.tool("flit", "publish", "--no-use-vcs", env=env)
    assert set(house.index.files("alpha")) == {"alpha-1.0-py3-none-any.whl", "alpha-1.0.tar.gz"}


def test_hatch(house: House, tools: Tools) -> None:
    """`hatch publish` of what is in dist/."""
    made = release()
    tools.put(*made)
    env = {"HATCH_INDEX_USER": "__token__", "HATCH_INDEX_AUTH": house.token}
    tools.tool("hatch", "publish", "--repo", house.url, "--no-prompt", env=env)
    assert set(house.index.files("alpha")) == {one.filename for one in made}


def test_pdm(house: House) -> None:
    """What `pdm publish` sends: every metadata field there is, empty ones and a comment too."""
    made, _ = release()
    fields = [
        ("name", "alpha"),
        ("version", "1.0"),
        ("filetype", "bdist_wheel"),
        ("pyversion", "py3"),
        ("metadata_version", "2.2"),
        *((name, "") for name in ("summary", "home_page", "author", "maintainer", "license")),
        ("classifiers", "Programming Language :: Python :: 3"),
        ("classifiers", "Typing :: Typed"),
        ("project_urls", "Documentation, https://docs.example/alpha"),
        ("requires_python", ">=3.11"),
        ("description", "The description of alpha.\n"),
        ("md5_digest", hashlib.md5(made.body).hexdigest()),
        ("sha256_digest", made.sha256),
        ("blake2_256_digest", hashlib.blake2b(made.body, digest_size=32).hexdigest()),
        ("comment", ""),
        (":action", "file_upload"),
        ("protocol_version", "1"),
    ]
    assert house.send(made, fields).status_code == 200
    assert set(house.index.files("alpha")) == {made.filename}

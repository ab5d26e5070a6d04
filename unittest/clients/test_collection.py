"""The Ansible collection: it knows what REST has, and its documentation what it takes."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from ansible.module_utils import basic
from pulp_glue.pyindex.tables import RESOURCES

ROOT = Path(__file__).resolve().parents[2] / "clients/ansible"
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
#: What is made in another way than by a module of the resource's name.
OTHERWISE = {
    "file": "upload sends files",
    "publication": "its own module knows it by its version, for it has no name",
    "quarantine": "its own module knows it by what is held, for it has no name",
}
#: Fields of a resource that its module calls otherwise.
RENAMED = {"name": "every module's own"}


@pytest.fixture(autouse=True)
def _collection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the collection importable under its name."""
    folder = tmp_path / "ansible_collections/pyindex"
    folder.mkdir(parents=True)
    (folder / "pulp").symlink_to(ROOT)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in [name for name in sys.modules if name.startswith("ansible_collections")]:
        del sys.modules[name]


class Asked(Exception):
    """A module has said what it takes."""


def loaded(kind: str, name: str) -> ModuleType:
    path = ROOT / f"plugins/{kind}/{name}.py"
    spec = importlib.util.spec_from_file_location(
        f"ansible_collections.pyindex.pulp.plugins.{kind}.{name}", path
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def taken(name: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The argument spec of a module."""

    def ask(self: object, argument_spec: dict[str, Any], **_: Any) -> None:
        raise Asked(argument_spec)

    monkeypatch.setattr(basic.AnsibleModule, "__init__", ask)
    with pytest.raises(Asked) as asked:
        loaded("modules", name).main()
    spec: dict[str, Any] = asked.value.args[0]
    return spec


def documented(name: str) -> dict[str, Any]:
    """The options in a module's documentation, those of fragments included."""
    told = yaml.safe_load(loaded("modules", name).DOCUMENTATION)
    options: dict[str, Any] = told.get("options", {})
    for fragment in told["extends_documentation_fragment"]:
        text = loaded("doc_fragments", fragment.rpartition(".")[2]).ModuleDocFragment.DOCUMENTATION
        options = {**yaml.safe_load(text)["options"], **options}
    return options


def essence(option: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"required": option.get("required", False)}
    for name in ("type", "elements", "choices", "default"):
        if name in option:
            told[name] = option[name]
    return told


@pytest.mark.parametrize("name", MODULES)
def test_a_module_takes_what_its_documentation_says(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names, types, choices and defaults are the same in both."""
    spec = taken(name, monkeypatch)
    said = documented(name)
    assert {key: essence(one) for key, one in spec.items()} == {
        key: essence(one) for key, one in said.items()
    }


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_what_rest_can_make_the_collection_can(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every field that REST takes is an argument, unless there is a reason."""
    if "create" not in RESOURCES[name].verbs or name in OTHERWISE:
        return
    assert name in MODULES
    fields = {field.name for field in RESOURCES[name].fields}
    assert fields - set(RENAMED) <= set(taken(name, monkeypatch))


def test_what_rest_can_do_the_collection_can() -> None:
    """Every action that changes something, with every field of it."""
    known = loaded("module_utils", "described").ACTIONS
    for name, resource in RESOURCES.items():
        for action in resource.actions.values():
            if action.method != "get":
                fields = {field.name for field in action.fields}
                assert fields == set(known[name][action.name]["fields"])


def test_connections_are_set_once_for_all_modules() -> None:
    """The action group of the collection has every module."""
    told = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())
    assert sorted(told["action_groups"]["pyindex"]) == MODULES

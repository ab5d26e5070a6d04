"""Writes what the Ansible collection knows of REST: `collection.py [--check]`.

The argument specs of its modules and their documentation come from the same table as the command
line's options (`pulp_glue.pyindex.tables`). `--check` writes nothing and fails where a file is not
what it would be.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pulp_glue.pyindex.tables import RESOURCES, Field, Kind, Resource

ROOT = Path(__file__).parents[1] / "clients/ansible/plugins"
LICENCE = "# SPDX-License-Identifier: GPL-2.0-or-later\n"
#: Fields the collection has under the name of a module's own argument, or not at all.
OWN = frozenset({"name"})
#: Resources that have a module of their own name.
ENTITIES = ("remote", "repository", "distribution", "token", "exporter", "ruleset")
#: Module → the action of repositories that it is for, and fields it does not take.
ACTIONS = {
    "sync": ("sync", frozenset[str]()),
    "promote": ("promote", frozenset({"dry_run"})),
    "rollback": ("rollback", frozenset({"dry_run"})),
    "project_status": ("set_status", frozenset[str]()),
}
TYPES: Mapping[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "str"},
    Kind.TIME: {"type": "str"},
    Kind.ENTITY: {"type": "str"},
    Kind.INTEGER: {"type": "int"},
    Kind.NUMBER: {"type": "float"},
    Kind.FLAG: {"type": "bool"},
    Kind.CHOICE: {"type": "str"},
    Kind.FILE: {"type": "path"},
    Kind.TEXTS: {"type": "list", "elements": "str"},
    Kind.TIMES: {"type": "list", "elements": "str"},
    Kind.ENTITIES: {"type": "list", "elements": "str"},
    Kind.CHOICES: {"type": "list", "elements": "str"},
    Kind.INTEGERS: {"type": "list", "elements": "int"},
    Kind.NUMBERS: {"type": "list", "elements": "float"},
    Kind.LABELS: {"type": "dict"},
    # What holds any JSON is told as such: a list of rules is one, too.
    Kind.OBJECT: {"type": "raw"},
    Kind.PAIRS: {"type": "list", "elements": "dict"},
    Kind.OBJECTS: {"type": "list", "elements": "dict"},
}
#: How people name what a field refers to.
NAMED = {
    "version": "A version is named as C(repository), for the latest one, or C(repository@12).",
    "content": "A file is named by its filename.",
}


def argument(field: Field) -> dict[str, Any]:
    """The entry of an argument spec."""
    spec = dict(TYPES[field.kind])
    choices = [one for one in field.choices if one]
    if choices:
        spec["choices"] = choices
    if field.kind in (Kind.TEXT, Kind.TEXTS) or field.secret:
        # Ansible takes many a name for a secret's.
        spec["no_log"] = field.secret
    if field.fields:
        spec["options"] = {one.name: argument(one) for one in field.fields}
        for one in field.fields:
            if one.required:
                spec["options"][one.name]["required"] = True
    return spec


def documented(field: Field) -> dict[str, Any]:
    """The same for people."""
    said = field.help or field.name.replace("_", " ").capitalize() + "."
    words = [_sentence(said)]
    if field.refers:
        words.append(NAMED.get(field.refers, "By name, href or PRN."))
    spec = {name: value for name, value in argument(field).items() if name != "no_log"}
    told = {"description": words, **spec}
    if field.fields:
        del told["options"]
        told["suboptions"] = {
            one.name: {**documented(one), **({"required": True} if one.required else {})}
            for one in field.fields
        }
    return told


def fields(resource: Resource) -> list[Field]:
    return [field for field in resource.fields if field.name not in OWN]


def specs() -> str:
    """The Python module of argument specs."""
    made = [one for one in RESOURCES.values() if "create" in one.verbs]
    actions = {
        name: {act.name: act for act in one.actions.values() if act.method != "get"}
        for name, one in RESOURCES.items()
    }
    values = {
        "ARGUMENTS": {one.name: {f.name: argument(f) for f in fields(one)} for one in made},
        "NULLABLE": {
            one.name: [f.name for f in fields(one) if f.nullable and "create" in one.verbs]
            for one in made
        },
        "REFERENCES": {
            one.name: {f.name: f.refers for f in fields(one) if f.refers} for one in made
        },
        "TIMES": {one.name: [f.name for f in fields(one) if f.kind is Kind.TIME] for one in made},
        "SECRETS": {one.name: [f.name for f in fields(one) if f.secret] for one in made},
        "ACTIONS": {
            name: {
                word: {
                    "fields": {
                        f.name: {**argument(f), **({"required": True} if f.required else {})}
                        for f in act.fields
                    },
                    "references": {f.name: f.refers for f in act.fields if f.refers},
                    "detail": act.detail,
                }
                for word, act in acts.items()
            }
            for name, acts in actions.items()
            if acts
        },
    }
    body = "\n".join(f"{name}: dict[str, Any] = {value!r}\n" for name, value in values.items())
    return formatted(
        f'{LICENCE}"""What REST takes, resource by resource. Made by `make clients`."""\n\n'
        f"from __future__ import annotations\n\nfrom typing import Any\n\n{body}"
    )


def formatted(text: str) -> str:
    """The same as the formatter would have it."""
    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run(
        [ruff, "format", "-"], input=text, capture_output=True, text=True, check=True
    )
    return done.stdout


def fragment(options: dict[str, Any]) -> str:
    """A documentation fragment with these options."""
    text = yaml.safe_dump(
        {"options": options},
        sort_keys=False,
        width=92,
        allow_unicode=True,
        default_flow_style=False,
    )
    return (
        f'{LICENCE}"""Options that modules share. Made by `make clients`."""\n\n'
        "from __future__ import annotations\n\n\n"
        f'class ModuleDocFragment:\n    DOCUMENTATION = r"""\n---\n{text}"""\n'
    )


def resource_options(resource: Resource) -> dict[str, Any]:
    """What the module of a resource takes of REST."""
    options: dict[str, Any] = {
        "name": {
            "description": ["The name it is known by."],
            "type": "str",
            "required": True,
        },
        "state": {
            "description": ["Whether it should be there."],
            "type": "str",
            "choices": ["present", "absent"],
            "default": "present",
        },
    }
    options |= {field.name: documented(field) for field in fields(resource)}
    nullable = [field.name for field in fields(resource) if field.nullable]
    if nullable:
        options["clear"] = {
            "description": ["Fields to take back to nothing."],
            "type": "list",
            "elements": "str",
            "choices": nullable,
            "default": [],
        }
    if any(field.secret for field in fields(resource)):
        options["update_secrets"] = {
            "description": [
                "Whether to send secrets again.",
                "Pulp never shows them, so they cannot be compared.",
                "Without this they are only sent where there are none yet.",
            ],
            "type": "bool",
            "default": False,
        }
    return options


def targets() -> dict[Path, str]:
    """Every file and what it holds."""
    files = {ROOT / "module_utils/described.py": specs()}
    for name in ENTITIES:
        files[ROOT / f"doc_fragments/{name}.py"] = fragment(resource_options(RESOURCES[name]))
    for name, (action, left_out) in ACTIONS.items():
        options = {}
        for one in RESOURCES["repository"].actions[action].fields:
            if one.name not in left_out:
                required = {"required": True} if one.required else {}
                options[one.name] = {**documented(one), **required}
        files[ROOT / f"doc_fragments/{name}.py"] = fragment(options)
    return files


def main() -> int:
    wrong = []
    for path, text in targets().items():
        if path.exists() and path.read_text() == text:
            continue
        wrong.append(path)
        if "--check" not in sys.argv:
            path.write_text(text)
    if wrong and "--check" in sys.argv:
        print("Not as REST has it; run `make clients`:", *wrong, sep="\n  ")
        return 1
    return 0


def _sentence(text: str) -> str:
    said = " ".join(text.split()).replace("`", "'")
    return said if said.endswith((".", "!", "?", ")")) else f"{said}."


if __name__ == "__main__":
    sys.exit(main())

"""Contexts for everything that the tables have, and how objects are named."""

from typing import Any

import pytest
from pulp_glue.common.context import PulpEntityContext
from pulp_glue.common.exceptions import PulpEntityNotFound
from pulp_glue.pyindex.context import CONTEXTS, version_context
from pulp_glue.pyindex.quirks import answers_to_actions
from pulp_glue.pyindex.references import resolve
from pulp_glue.pyindex.tables import RESOURCES, Kind

ROOT = "/pulp/api/v3/"
DEV = f"{ROOT}repositories/pyindex/pyindex/11111111-1111-1111-1111-111111111111/"


class FakePulp:
    """A server with one repository, `dev`, whose latest version is 7; remembers what was asked."""

    api_path = ROOT
    fake_mode = False

    def __init__(self) -> None:
        self.asked: list[str] = []

    def needs_plugin(self, requirement: Any) -> None:
        """Everything is installed."""

    def has_plugin(self, requirement: Any) -> bool:
        return True

    def call(self, operation: str, parameters: dict[str, Any], **more: Any) -> Any:
        self.asked.append(operation)
        if operation.endswith("_list"):
            named = parameters.get("name") == "dev"
            return {"count": int(named), "results": [self.row] if named else [], "next": None}
        return self.row

    @property
    def row(self) -> dict[str, Any]:
        return {
            "pulp_href": DEV,
            "versions_href": f"{DEV}versions/",
            "latest_version_href": f"{DEV}versions/7/",
        }


@pytest.fixture
def pulp() -> Any:
    return FakePulp()


@pytest.mark.parametrize(
    ("reference", "href"),
    [
        ("dev", f"{DEV}versions/7/"),
        ("dev@3", f"{DEV}versions/3/"),
        (DEV, f"{DEV}versions/7/"),
        (f"{DEV}versions/4/", f"{DEV}versions/4/"),
    ],
)
def test_a_version_has_short_names(pulp: Any, reference: str, href: str) -> None:
    """Of its repository, alone or with a number; or its address."""
    assert version_context(pulp, reference)._entity_lookup["pulp_href"] == href


def test_what_is_not_there_is_told_by_its_name(pulp: Any) -> None:
    """When it is looked up, which is when it is needed."""
    named = resolve(pulp, "repository", "prod")
    assert pulp.asked == []
    with pytest.raises(PulpEntityNotFound, match="There is no repository with name 'prod'"):
        assert named.pulp_href


def test_addresses_are_taken_as_they_are(pulp: Any) -> None:
    """Nothing is asked of the server for them."""
    for kind in ("remote", "distribution", "ruleset", "content_guard", "artifact", "upload"):
        assert resolve(pulp, kind, "/pulp/api/v3/x/") == "/pulp/api/v3/x/"
    assert resolve(pulp, "content", "*") == "*"
    assert pulp.asked == []


@pytest.mark.parametrize("name", RESOURCES)
def test_everything_has_a_context(name: str) -> None:
    """That is found by its PRN too, where it is of this plugin."""
    context = CONTEXTS[name]
    assert context.RESOURCE is RESOURCES[name]
    assert RESOURCES[name].href == context.HREF
    assert context.__doc__
    if name != "version":
        assert PulpEntityContext.PRN_TYPE_REGISTRY[f"pyindex:{context.MODEL}"] is context


def test_every_address_is_of_something_known(pulp: Any) -> None:
    """So that a name can stand for it."""
    fields = [
        field
        for one in RESOURCES.values()
        for field in (
            *one.fields,
            *(each for action in one.actions.values() for each in action.fields),
        )
        if field.kind in (Kind.ENTITY, Kind.ENTITIES)
    ]
    known = {*CONTEXTS, "artifact", "content", "content_guard", "index", "upload"}
    assert {field.refers for field in fields} <= known


def test_an_action_may_answer_200() -> None:
    """Pulp's schema has 201 for each POST to what can be made."""
    made: dict[str, Any] = {"201": {"content": {}}}
    acted = dict(made)
    spec = {
        "paths": {
            "a": {"post": {"operationId": "pyindex_rulesets_create", "responses": made}},
            "b": {"post": {"operationId": "pyindex_rulesets_dry_run", "responses": acted}},
        }
    }
    answers_to_actions(spec)
    assert (set(made), set(acted)) == ({"201"}, {"200", "201"})

"""What is refused of indexes with others behind them: circles, deletions, lists with mistakes."""

import pytest

from support.publishing import make_house
from support.pulp import Pulp, TaskFailed, refusal, unique
from support.wheels import wheel


def test_circles_are_refused_with_their_way(pulp: Pulp) -> None:
    """Whatever length they have."""
    first = pulp.distribute()
    second = pulp.distribute(bases=[first["pulp_href"]])
    third = pulp.distribute(bases=[second["pulp_href"]])
    paths = [row["base_path"] for row in (first, third, second, first)]
    said = refusal(pulp.patch(first["pulp_href"], {"bases": [third["pulp_href"]]}), "bases")
    assert said == f"An index cannot be behind itself: {' → '.join(paths)}."
    itself = pulp.patch(first["pulp_href"], {"bases": [first["pulp_href"]]})
    assert "cannot be behind itself" in refusal(itself, "bases")
    twice = pulp.patch(third["pulp_href"], {"bases": [first["pulp_href"]] * 2})
    assert "only once" in refusal(twice, "bases")


def test_a_base_is_not_deleted(pulp: Pulp) -> None:
    """Names it owns would pass to those behind it; the answer names who stands on it."""
    base = pulp.distribute()
    above = pulp.distribute(bases=[base["pulp_href"]])
    answer = pulp.delete(base["pulp_href"])
    assert answer.status_code == 400
    assert f"a base of {above['name']}" in answer.text
    pulp.update(above["pulp_href"], bases=[])


def test_what_a_merged_index_answers_from_is_not_deleted(pulp: Pulp) -> None:
    """Neither its own repository nor that of a base: the task says which distribution it is."""
    behind, own = pulp.create_repository(), pulp.create_repository()
    base = pulp.distribute(repository=behind["pulp_href"])
    above = pulp.distribute(repository=own["pulp_href"], bases=[base["pulp_href"]])
    for repository, row in ((behind, base), (own, above)):
        with pytest.raises(TaskFailed, match=f"PYI050.*{row['name']}"):
            pulp.task(pulp.delete(repository["pulp_href"]))
        assert pulp.read(row["pulp_href"])["repository"] == repository["pulp_href"]
    pulp.update(above["pulp_href"], bases=[])
    pulp.task(pulp.delete(own["pulp_href"]))
    pulp.made.remove(own["pulp_href"])


@pytest.mark.parametrize("field", ["merge", "reserved_prefixes", "upload_projects"])
def test_a_list_with_a_mistake_is_refused_with_its_position(pulp: Pulp, field: str) -> None:
    """Nothing is changed then."""
    row = pulp.distribute(**{field: ["acme-*", "corp-"]})
    answer = pulp.patch(row["pulp_href"], {field: ["fine", "not a name"]})
    assert f"{field}[1] 'not a name'" in refusal(answer, field)
    assert pulp.read(row["pulp_href"])[field] == ["acme-*", "corp-"]


def test_only_named_projects_may_be_uploaded(pulp: Pulp) -> None:
    """Where the distribution names some; the refusal names them."""
    house = make_house(pulp, distribution={"upload_projects": ["acme-*"]})
    assert house.send(wheel("acme-x", salt=unique())).status_code == 200
    refused = house.send(wheel("other", salt=unique()))
    assert refused.status_code == 403
    assert "acme-*" in refused.text

"""Publications and distributions by REST."""

from support.pulp import Pulp, Row, refusal, unique

PUBLICATIONS = "publications/pyindex/pyindex/"
DISTRIBUTIONS = "distributions/pyindex/pyindex/"


def test_a_publication_is_made_of_a_repository_or_of_a_version(pulp: Pulp, mirrored: Row) -> None:
    """And found by either; one and only one of them is named."""
    version = pulp.latest(mirrored)["pulp_href"]
    by_version = pulp.create(PUBLICATIONS, repository_version=version)
    by_repository = pulp.create(PUBLICATIONS, repository=mirrored["pulp_href"])
    assert by_version["repository_version"] == by_repository["repository_version"] == version

    made = {by_version["prn"], by_repository["prn"]}
    assert made <= {row["prn"] for row in pulp.rows(PUBLICATIONS, repository_version=version)}
    assert made <= {row["prn"] for row in pulp.rows(PUBLICATIONS, repository=mirrored["pulp_href"])}

    for order in ({}, {"repository": mirrored["pulp_href"], "repository_version": version}):
        assert pulp.post(PUBLICATIONS, order).status_code == 400


def test_a_distribution_shows_its_index_url(pulp: Pulp) -> None:
    """The base path may hold slashes."""
    base_path = f"{unique('team')}/dev"
    row = pulp.distribute(base_path=base_path)
    assert row["base_url"].endswith(f"/pypi/{base_path}/")
    assert row["base_url"].startswith(pulp.content)


def test_base_paths_do_not_overlap(pulp: Pulp) -> None:
    """Neither above nor below another."""
    top = unique("team")
    pulp.distribute(base_path=f"{top}/dev")
    for base_path in (top, f"{top}/dev", f"{top}/dev/deeper"):
        answer = pulp.post(DISTRIBUTIONS, {"name": unique(), "base_path": base_path})
        assert answer.status_code == 400
        assert "base_path" in answer.json()
    pulp.distribute(base_path=f"{top}/other")


def test_a_distribution_names_one_of_three(pulp: Pulp, mirrored: Row) -> None:
    """It can be turned from one to another, never name two."""
    version = pulp.latest(mirrored)["pulp_href"]
    publication = pulp.publish(version)["pulp_href"]
    row = pulp.distribute(repository=mirrored["pulp_href"])
    href = row["pulp_href"]
    assert pulp.patch(href, {"publication": publication}).status_code == 400

    turned = pulp.update(href, repository=None, publication=publication)
    assert (turned["repository"], turned["publication"]) == (None, publication)
    turned = pulp.update(href, publication=None, repository_version=version)
    assert (turned["publication"], turned["repository_version"]) == (None, version)


def test_another_plugins_repository_is_not_served_or_published(pulp: Pulp) -> None:
    """A 400 says which type is needed."""
    other = pulp.create("repositories/file/file/", name=unique())["pulp_href"]
    answer = pulp.post(
        DISTRIBUTIONS, {"name": unique(), "base_path": unique(), "repository": other}
    )
    assert "'pyindex.pyindex' is needed" in refusal(answer, "repository")
    answer = pulp.post(PUBLICATIONS, {"repository": other})
    assert "'pyindex.pyindex' is needed" in refusal(answer, "repository")


def test_what_is_no_address_is_refused_by_its_field(pulp: Pulp, mirrored: Row) -> None:
    """Numbers, nulls in lists, and URLs that nobody can read."""
    fields = {"name": unique(), "base_path": unique()}
    for field, given in (
        ("bases", [None]),
        ("remote", 1),
        ("ruleset", "http://["),
        ("bases", [{}]),
    ):
        answer = pulp.post("distributions/pyindex/pyindex/", {**fields, field: given})
        assert "not an address" in refusal(answer, field)
    answer = pulp.post(f"{mirrored['pulp_href']}sync/", {"remote": 7})
    assert "not an address" in refusal(answer, "remote")
    for source in ("http://[", "/pulp/api/v3/status/"):
        answer = pulp.post(f"{mirrored['pulp_href']}promote/", {"source": source})
        assert "not the address of an object" in refusal(answer, "source")

"""Content by REST, and the schema."""

from support.pulp import Pulp, Row, unique
from support.upstream import Upstream
from support.wheels import wheel

FILES = "content/pyindex/files/"
YANKS = "content/pyindex/yanks/"
STATUSES = "content/pyindex/project_statuses/"
PROVENANCES = "content/pyindex/provenances/"


def test_files_tell_what_upstream_told(pulp: Pulp, upstream: Upstream) -> None:
    """And that their bytes are not here yet."""
    # Bytes that nobody has: other tests may have those of others fetched.
    made = wheel("Alpha.One", "1.0", requires_python=">=3.8", salt=unique())
    upstream.add(made)
    version = pulp.latest(pulp.mirror(upstream.url).repository)["pulp_href"]
    (row,) = pulp.rows(FILES, repository_version=version, sha256=made.sha256)
    expected = {
        "project": "alpha-one",
        "version": "1.0",
        "filename": made.filename,
        "packagetype": "bdist_wheel",
        "sha256": made.sha256,
        "size": made.size,
        "requires_python": ">=3.8",
        "metadata_sha256": made.metadata_sha256,
    }
    assert {field: row[field] for field in expected} == expected
    assert row["artifacts"][made.filename] is None


def test_files_are_found_by_what_they_are(pulp: Pulp, mirrored: Row) -> None:
    """Each filter alone, within one version."""
    version = pulp.latest(mirrored)["pulp_href"]
    alpha_wheel, alpha_sdist = "Alpha_One-1.0-py3-none-any.whl", "alpha_one-1.0.tar.gz"
    beta_wheel = "beta-2.0-py3-none-any.whl"
    for question, answer in (
        ({"project": "Alpha.ONE"}, {alpha_wheel, alpha_sdist}),
        ({"project__in": "alpha_one,beta"}, {alpha_wheel, alpha_sdist, beta_wheel}),
        ({"version": "2.0"}, {beta_wheel}),
        ({"filename": alpha_sdist}, {alpha_sdist}),
        ({"filename__startswith": "beta"}, {beta_wheel}),
        ({"packagetype": "sdist"}, {alpha_sdist}),
        ({"requires_python": ">=3.8"}, {alpha_wheel}),
        ({"requires_python__isnull": True}, {alpha_sdist, beta_wheel}),
        ({"project": "gamma"}, set()),
    ):
        rows = pulp.rows(FILES, repository_version=version, **question)
        assert {row["filename"] for row in rows} == answer, question
    for field, value in (("filename__regex", "["), ("limit", 2**63), ("orphaned_for", 2**63)):
        refused = pulp.get(FILES, params={field: value})
        assert (refused.status_code, "cannot be used" in refused.text) == (400, True), field


def test_content_is_found_by_what_a_version_added_and_removed(pulp: Pulp, mirrored: Row) -> None:
    """Files, yanks and statuses alike."""
    first = pulp.latest(mirrored)["pulp_href"]
    for path, count in ((FILES, 3), (YANKS, 1), (STATUSES, 1), (PROVENANCES, 0)):
        assert len(pulp.rows(path, repository_version_added=first)) == count
    (yank,) = pulp.rows(YANKS, repository_version=first, project="Beta")
    assert (yank["filename"], yank["reason"]) == ("beta-2.0-py3-none-any.whl", "broken")
    (status,) = pulp.rows(STATUSES, repository_version=first, status="archived")
    assert (status["project"], status["reason"]) == ("beta", "no more")

    order = {"remove_content_units": [yank["pulp_href"]]}
    pulp.task(pulp.post(f"{mirrored['pulp_href']}modify/", order))
    second = pulp.latest(mirrored)["pulp_href"]
    assert [row["prn"] for row in pulp.rows(YANKS, repository_version_removed=second)] == [
        yank["prn"]
    ]
    assert pulp.rows(YANKS, repository_version=second) == []


def test_content_carries_labels_and_is_otherwise_read_only(pulp: Pulp, mirrored: Row) -> None:
    """PUT, PATCH and DELETE are not offered."""
    (row,) = pulp.rows(FILES, repository_version=pulp.latest(mirrored)["pulp_href"], project="beta")
    href = row["pulp_href"]
    label = unique("label")
    assert pulp.post(f"{href}set_label/", {"key": label, "value": "yes"}).ok
    assert [found["prn"] for found in pulp.rows(FILES, pulp_label_select=label)] == [row["prn"]]
    assert pulp.put(href, {}).status_code == 405
    assert pulp.patch(href, {}).status_code == 405
    assert pulp.delete(href).status_code == 405


def test_the_schema_describes_every_field(pulp: Pulp) -> None:
    """Every property of every resource of the plugin, and every operation, has a text."""
    schema = pulp.read("docs/api.json", component="pyindex")
    silent = [
        f"{name}.{field}"
        for name, described in schema["components"]["schemas"].items()
        if "pyindex." in name and not name.startswith("Paginated")
        for field, property_ in described.get("properties", {}).items()
        if not property_.get("description")
    ]
    assert silent == []

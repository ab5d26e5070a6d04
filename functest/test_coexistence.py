"""Beside other plugins: pulp_file keeps working, and pulp_certguard's guards hold here too."""

import requests

from support.pulp import Pulp, unique


def test_pulp_file_is_served_beside_us(pulp: Pulp) -> None:
    """A file repository is made, published and served as if we were not there."""
    body = unique("a file of pulp_file").encode()
    repository = pulp.create("repositories/file/file/", name=unique("file"), autopublish=True)
    path = unique("file")
    answer = pulp.post(
        "content/file/files/",
        data={"relative_path": "a/b.txt", "repository": repository["pulp_href"]},
        files={"file": ("b.txt", body)},
    )
    pulp.task(answer)
    distribution = pulp.create(
        "distributions/file/file/",
        name=path,
        base_path=path,
        repository=repository["pulp_href"],
    )
    assert requests.get(f"{pulp.content}/pulp/content/{path}/a/b.txt", timeout=10).content == body
    assert distribution["base_url"].endswith(f"/pulp/content/{path}/")

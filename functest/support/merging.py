"""A private index before two mirrors, all behind one, as tests make it."""

from dataclasses import dataclass

from .index import Index
from .publishing import House, make_house
from .pulp import Pulp, Row, unique
from .upstream import Upstream
from .wheels import MadeFile, sdist, wheel

OLD, RECENT = "2022-03-04T05:06:07.008000Z", "2025-06-07T08:09:10.111213Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A private index before two mirrors, all behind one index that has nothing of its own."""

    pulp: Pulp
    house: House
    upstream: Upstream
    near: Row
    far: Row
    row: Row
    index: Index
    files: dict[str, MadeFile]


def make_merged(pulp: Pulp, near_upstream: Upstream, far_upstream: Upstream) -> Merged:
    """`app` is near and far, `private` the own one and far, `lib` far; `torchy` is united."""
    salt = unique()
    near = [
        wheel("app", "1.0", dependencies=["lib>=1", "private"], salt=f"near {salt}"),
        wheel("torchy", "2.0", tag="py3-none-any", salt=f"near {salt}"),
        wheel("torchy", "1.0", salt=f"near {salt}"),
    ]
    far = [
        wheel("app", "9.0", salt=f"far {salt}"),
        wheel("lib", "1.0", salt=salt),
        sdist("lib", "1.1", salt=salt),
        wheel("torchy", "2.0", salt=f"far {salt}"),
        wheel("torchy", "3.0", salt=f"far {salt}"),
        wheel("private", "9.0", salt=f"far {salt}"),
    ]
    near_upstream.add(*near, upload_time=OLD)
    far_upstream.add(*far[:2], upload_time=OLD)
    far_upstream.add(*far[2:], upload_time=RECENT)
    house = make_house(pulp)
    own = wheel("private", "1.0", salt=salt)
    assert house.send(own).status_code == 200
    rows = [pulp.mirror(one.url).distribution for one in (near_upstream, far_upstream)]
    row = pulp.distribute(
        bases=[one["pulp_href"] for one in (house.distribution, *rows)], merge=["Torch*"]
    )
    index = Index(base=row["base_url"]).wait_served()
    files = {f"{one.filename} near": one for one in (*near, own)}
    files |= {f"{one.filename} far": one for one in far}
    return Merged(
        pulp=pulp,
        house=house,
        upstream=far_upstream,
        near=rows[0],
        far=rows[1],
        row=row,
        index=index,
        files=files,
    )

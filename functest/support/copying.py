"""What other servers copy from us, and how it is seen that all of it arrives."""

from pathlib import Path

from .attestations import provenance
from .clients import Clients
from .passing import pass_through
from .publishing import make_house
from .pulp import Pulp, unique
from .upstream import Upstream
from .wheels import MadeFile, sdist, wheel

Files = dict[str, MadeFile]

WANTED = {"alpha": "1.0", "beta": "1.0", "gamma": "3.0"}
#: The highest of beta is 1!0.5, which no other release is allowed to hide behind an epoch.
ALPHA_AND_BETA = ("alpha", "beta==1.0")


def make_files() -> Files:
    """Files with all that peers copy, new to Pulp each time."""
    salt = unique()
    made = [
        wheel("alpha", "1.0", dependencies=["beta>=1", "gamma"], salt=salt),
        wheel("alpha", "2.0", requires_python=">=4", salt=salt),
        wheel("beta", "1.0", payload=100_000, salt=salt),
        wheel("beta", "1.1", salt=salt),
        wheel("beta", "1!0.5+local.1", build="3", salt=salt),
        sdist("gamma", "3.0", salt=salt),
        wheel("Dotted.Name", "1.0", salt=salt),
        wheel("withheld", "1.0", salt=salt),
    ]
    return {one.filename: one for one in made}


def offer(upstream: Upstream, files: Files) -> None:
    """Let upstream have the files: a yank, statuses, a provenance."""
    for filename, made in files.items():
        attested = provenance(made) if filename.startswith("alpha-1") else None
        upstream.add(made, provenance=attested)
    upstream.catalogue.yank("beta-1.1-py3-none-any.whl", "it is <broken> & gone")
    upstream.catalogue.set_status("gamma", "deprecated", "use alpha")
    upstream.catalogue.set_status("withheld", "quarantined")


def installed(folder: Path) -> dict[str, str]:
    """What lies in a folder that was installed into: project → version."""
    named = (path.name.removesuffix(".dist-info") for path in folder.glob("*.dist-info"))
    return {name.lower(): version for name, _, version in (one.partition("-") for one in named)}


def downloads(clients: Clients, url: str, files: Files) -> None:
    """pip gets the right bytes by way of a peer, and installs them."""
    clients.pip("download", "--dest", "got", *ALPHA_AND_BETA, index=url)
    got = {path.name: path.read_bytes() for path in (clients.folder / "got").iterdir()}
    assert got == {
        name: files[name].body
        for name in ("alpha-1.0-py3-none-any.whl", "beta-1.0-py3-none-any.whl", "gamma-3.0.tar.gz")
    }
    clients.pip("install", "--target", "into", *ALPHA_AND_BETA, index=url)
    assert installed(clients.folder / "into") == WANTED


def elsewhere(folder: Path) -> Clients:
    """Installers that have nothing yet."""
    (folder / "elsewhere").mkdir()
    return Clients(folder=folder / "elsewhere")


def passed_on(clients: Clients, pulp: Pulp, url: str, files: Files) -> None:
    """We pass through what a peer has, and stand before it with a project of our own."""
    behind = pass_through(pulp, url)
    downloads(clients, behind.index.simple, files)
    house = make_house(pulp, distribution={"bases": [behind.distribution["pulp_href"]]})
    assert house.send(wheel("ours", dependencies=["alpha"], salt=unique())).status_code == 200
    clients.uv(
        *("pip", "install", "--default-index", house.index.simple, "--target", "merged"),
        *("ours", *ALPHA_AND_BETA),
    )
    assert installed(clients.folder / "merged") == WANTED | {"ours": "1.0"}

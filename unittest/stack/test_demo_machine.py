"""Which index the demo mirrors."""

import pytest
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from pulp_pyindex.stack.demo.machine import Source, machine_source
from pulp_pyindex.stack.errors import StackError

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, *map(str.upper, PROXIES), "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def test_the_index_is_the_one_of_pip_with_its_credentials_apart() -> None:
    """They go into fields of their own, which Pulp encrypts."""
    settings = {"index-url": "https://me:p%40ss@index.example:8443/simple/", "cert": "/ca.pem"}
    source = machine_source(settings.get)
    assert source == Source(
        url="https://index.example:8443/simple/",
        username="me",
        password="p@ss",
        certificates="/ca.pem",
    )
    assert "p@ss" not in repr(source)


def test_without_a_setting_it_is_the_public_one() -> None:
    """As for pip."""
    assert machine_source(lambda name: None).url == PYPI_SIMPLE_ENDPOINT


def test_proxies_are_found_as_pip_finds_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the environment, unless the index is excepted."""
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    settings = {"index-url": "https://index.example/simple/"}
    assert machine_source(settings.get).proxy == "http://proxy.example:3128"
    monkeypatch.setenv("no_proxy", "index.example")
    assert machine_source(settings.get).proxy is None


def test_an_index_of_files_cannot_be_mirrored() -> None:
    """pip may have one; the message says what to name instead."""
    with pytest.raises(StackError, match="PIP_INDEX_URL"):
        machine_source({"index-url": "file:///srv/simple"}.get)

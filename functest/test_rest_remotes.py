"""Remotes by REST: what is taken, what is refused, what is shown."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from support.pulp import Pulp, Row, refusal, unique

REMOTES = "remotes/pyindex/pyindex/"
URL = "http://index.example/simple/"


def client_certificate() -> tuple[str, str]:
    """A certificate that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mirror")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(pem).decode(), private.decode()


def test_a_remote_has_defaults_that_mirror_everything_on_demand(pulp: Pulp) -> None:
    """Name and URL are enough."""
    remote = pulp.create_remote(URL)
    expected = {
        "url": URL,
        "policy": "on_demand",
        "includes": [],
        "excludes": [],
        "prereleases": True,
        "package_types": [],
        "python_tags": [],
        "platform_tags": [],
        "keep_latest": None,
        "exclude_yanked": False,
        "max_file_size": None,
        "uploaded_before": None,
        "uploaded_after": None,
        "provenance": False,
    }
    assert {field: remote[field] for field in expected} == expected


def test_a_remote_is_read_changed_and_deleted(pulp: Pulp) -> None:
    """PATCH changes what it names, PUT sets the rest back, DELETE ends it."""
    remote = pulp.create_remote(URL, includes=["django>=4,<5", "acme-*"], keep_latest=3)
    href = remote["pulp_href"]

    changed = pulp.update(href, excludes=["django==4.1"], policy="immediate")
    assert (changed["includes"], changed["excludes"]) == (
        ["django>=4,<5", "acme-*"],
        ["django==4.1"],
    )
    assert (changed["policy"], changed["keep_latest"]) == ("immediate", 3)

    pulp.task(pulp.put(href, {"name": remote["name"], "url": "http://other.example/simple"}))
    replaced = pulp.read(href)
    assert (replaced["url"], replaced["policy"]) == ("http://other.example/simple", "on_demand")

    pulp.task(pulp.delete(href))
    assert pulp.get(href).status_code == 404
    pulp.made.remove(href)


@pytest.mark.parametrize("url", ["http://h.example/simple", "https://h.example:8443/a/b/simple/"])
def test_a_url_is_kept_as_it_is_given(pulp: Pulp, url: str) -> None:
    """With or without a slash at its end."""
    assert pulp.create_remote(url)["url"] == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://h.example/simple/", "not an absolute http or https URL"),
        ("file:///etc/passwd", "not an absolute http or https URL"),
        ("h.example/simple/", "not an absolute http or https URL"),
        ("http:///simple/", "not an absolute http or https URL"),
        ("http://h.example:99999/simple/", "is not a URL"),
        ("https://user:secret@h.example/simple/", "'username' and 'password'"),
        ("https://h.example/simple/?token=1", "no query"),
        ("https://h.example/simple/#top", "no query"),
        ("https://h..example/simple/", "Nothing can be at"),
        ("https://h.example/\x07simple/", "cannot be printed"),
    ],
)
def test_a_url_that_cannot_be_an_index_is_refused(pulp: Pulp, url: str, why: str) -> None:
    """When it is set, with the reason."""
    answer = pulp.post(REMOTES, {"name": unique(), "url": url})
    assert why in refusal(answer, "url")


def test_a_bad_entry_is_refused_with_its_position_and_reason(pulp: Pulp) -> None:
    """In a new remote and in a change of one."""
    answer = pulp.post(REMOTES, {"name": unique(), "url": URL, "includes": ["good", "bad>>1"]})
    assert "includes[1] 'bad>>1'" in refusal(answer, "includes")

    remote = pulp.create_remote(URL, includes=["good"])
    answer = pulp.patch(remote["pulp_href"], {"excludes": ["fine", "also-fine", "not fine at all"]})
    assert "excludes[2] 'not fine at all'" in refusal(answer, "excludes")


@pytest.mark.parametrize(
    "fields",
    [
        {"package_types": ["bdist_wheels"]},
        {"keep_latest": 0},
        {"max_file_size": -1},
        {"policy": "sometimes"},
        {"uploaded_before": "yesterday"},
        {"includes": "django"},
        {"no_such_field": True},
        {"python_tags": ["cp3\u0661\u0662"]},
        {"max_retries": -1},
        {"max_retries": 2**31},
        {"rate_limit": -1},
        {"download_concurrency": 2**31},
        {"proxy_url": "socks5://proxy.example:1080"},
        {"headers": [{"X-Ok": "yes"}, {"X-Number": 1}]},
        {"headers": [{"X-Lines": "a\r\nX-More: b"}]},
        {"headers": [{"Content-Length": "5"}]},
        {"username": "me:too"},
    ],
)
def test_a_bad_value_is_refused_under_its_field(pulp: Pulp, fields: Row) -> None:
    """The 400 has the field's name as its key."""
    answer = pulp.post(REMOTES, {"name": unique(), "url": URL, **fields})
    assert answer.status_code == 400
    assert set(answer.json()) == set(fields)


def test_a_change_is_judged_together_with_what_the_remote_has(pulp: Pulp) -> None:
    """No time window is left in which no file could have been uploaded."""
    remote = pulp.create_remote(URL, uploaded_after="2024-01-01T00:00:00Z")
    answer = pulp.patch(remote["pulp_href"], {"uploaded_before": "2023-01-01T00:00:00Z"})
    assert "uploaded_after" in refusal(answer, "uploaded_before")


def test_what_cannot_identify_us_is_refused(pulp: Pulp) -> None:
    """A password without a user, a certificate without its key, or with another's."""
    certificate, key = client_certificate()
    _, another = client_certificate()
    remote = pulp.create_remote(URL, client_cert=certificate, client_key=key)
    for fields, where in (
        ({"password": "secret"}, "username"),
        ({"client_key": None}, "client_key"),
        ({"client_cert": None}, "client_cert"),
        ({"client_key": another}, "client_key"),
        ({"client_key": "no key"}, "client_key"),
    ):
        assert refusal(pulp.patch(remote["pulp_href"], fields), where)


def test_secrets_are_never_shown(pulp: Pulp) -> None:
    """Only whether they are set."""
    remote = pulp.create_remote(URL, username="me", password="secret", client_key=None)
    assert not {"username", "password", "client_key"} & set(remote)
    shown = {field["name"]: field["is_set"] for field in remote["hidden_fields"]}
    assert (shown["username"], shown["password"], shown["client_key"]) == (True, True, False)


def test_fifty_thousand_includes_are_taken_quickly(pulp: Pulp) -> None:
    """Set at once, changed at once, and read again whole."""
    includes = [f"project-{number}>=1.0" for number in range(50_000)]
    began = time.monotonic()
    remote = pulp.create_remote(URL, includes=includes)
    assert remote["includes"] == includes
    pulp.task(pulp.patch(remote["pulp_href"], {"includes": includes[1:]}))
    assert pulp.read(remote["pulp_href"])["includes"] == includes[1:]
    assert time.monotonic() - began < 60


def test_remotes_are_found_by_name_url_policy_and_label(pulp: Pulp) -> None:
    """The list's filters."""
    name = unique()
    remote = pulp.create_remote(
        f"http://{name}.example/simple/", name=name, policy="streamed", pulp_labels={name: "x"}
    )
    pulp.create_remote(URL)
    for question in (
        {"name": name},
        {"name__startswith": name},
        {"url__icontains": name},
        {"policy": "streamed", "name": name},
        {"pulp_label_select": f"{name}=x"},
    ):
        assert [row["prn"] for row in pulp.rows(REMOTES, **question)] == [remote["prn"]]

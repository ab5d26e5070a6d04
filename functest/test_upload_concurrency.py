"""Many uploads at once, and uploads that something happens to."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar
from urllib.parse import urlsplit

import requests

from support.index import Index
from support.limits import limited
from support.publishing import House, form, make_house, multipart
from support.pulp import Pulp, unique
from support.recovering import recovered
from support.stack import Stack
from support.upstream import Upstream
from support.waiting import wait_for
from support.wheels import MadeFile, wheel

CLIENTS, FILES = 8, 20
T = TypeVar("T")
R = TypeVar("R")
MEGABYTE = 1_000_000


def held(index: Index, made: MadeFile) -> bool:
    """Whether a fresh connection, to whichever process, finds the file."""
    with requests.Session() as fresh:
        answer = replace(index, session=fresh).get(
            f"simple/{made.project}/", headers={"Accept": "application/vnd.pypi.simple.v1+json"}
        )
    return answer.ok and made.sha256 in answer.text


def test_every_answer_of_200_holds_at_once_everywhere(pulp: Pulp) -> None:
    """8 clients with 20 files each, through 2 processes: nothing is lost, few versions are made."""
    house = make_house(pulp)
    salt = unique()
    missing: list[str] = []

    def publish(client: int) -> Counter[int]:
        statuses: Counter[int] = Counter()
        with requests.Session() as session:
            for number in range(FILES):
                made = wheel(f"project-{client % 4}", f"{client}.{number}", salt=salt)
                statuses[house.send(made, session=session).status_code] += 1
                if not all(held(house.index, made) for _ in range(3)):
                    missing.append(made.filename)
        return statuses

    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = sum(pool.map(publish, range(CLIENTS)), Counter())
    assert statuses == {200: CLIENTS * FILES}
    assert missing == []
    latest = pulp.latest(house.repository)
    assert len(pulp.filenames(latest)) == CLIENTS * FILES
    assert latest["number"] < CLIENTS * FILES / 2
    for project in range(4):
        assert len(house.index.files(f"project-{project}")) == 2 * FILES


def test_two_files_of_one_name_at_the_same_moment(pulp: Pulp) -> None:
    """One is taken, the other is refused; whichever it is, the index has the one with 200."""
    house = make_house(pulp)
    for release in range(5):
        rivals = [wheel("alpha", f"{release}.0", salt=unique()) for _ in range(2)]
        answers = at_once(house.send, rivals)
        assert sorted(answer.status_code for answer in answers) == [200, 400]
        winner, loser = sorted(
            zip(answers, rivals, strict=True), key=lambda pair: pair[0].status_code
        )
        assert loser[0].reason.startswith("File already exists (")
        assert winner[1].sha256 in loser[0].reason
        assert held(house.index, winner[1])


def test_one_file_sent_twice_at_the_same_moment(pulp: Pulp) -> None:
    """Both are answered with 200, and it is there once."""
    house = make_house(pulp)
    for release in range(5):
        made = wheel("alpha", f"{release}.0", salt=unique())
        answers = at_once(house.send, [made, made])
        assert [answer.status_code for answer in answers] == [200, 200]
        assert held(house.index, made)
    assert len(pulp.files(pulp.latest(house.repository))) == 5


def test_repositories_do_not_wait_for_each_other(pulp: Pulp) -> None:
    """More of them than there are workers: none waits for a worker to be done with another."""
    houses = [make_house(pulp) for _ in range(4)]
    salt = unique()

    def publish(house: House) -> list[int]:
        return [house.send(wheel("alpha", f"{n}.0", salt=salt)).status_code for n in range(3)]

    begun = time.monotonic()
    assert at_once(publish, houses) == [[200] * 3] * 4
    # Were a commit task to stay for more while others wait for its worker, it would be 2 s each.
    assert time.monotonic() - begun < 60
    assert all(len(house.index.files("alpha")) == 3 for house in houses)


def test_a_sync_into_another_repository_holds_nothing_up(pulp: Pulp, upstream: Upstream) -> None:
    """While it hangs at its upstream, uploads are answered as ever."""
    house = make_house(pulp)
    assert house.send(wheel("alpha", "0.1", salt=unique())).ok
    upstream.add(wheel("beta"))
    stuck = upstream.fault("/simple/beta/", hang=True)
    repository = pulp.create_repository()
    remote = pulp.create_remote(upstream.url)
    task = pulp.post(f"{repository['pulp_href']}sync/", {"remote": remote["pulp_href"]}).json()
    stuck.wait_reached()
    begun = time.monotonic()
    for number in range(5):
        assert house.send(wheel("alpha", f"{number}.0", salt=unique())).status_code == 200
    assert time.monotonic() - begun < 60
    upstream.heal()
    pulp.task(task["task"])


def at_once(call: Callable[[T], R], values: list[T]) -> list[R]:
    """What `call` returns for each value, all called at the same moment."""
    barrier = threading.Barrier(len(values))

    def wait_and_call(value: T) -> R:
        barrier.wait()
        return call(value)

    with ThreadPoolExecutor(len(values)) as pool:
        return list(pool.map(wait_and_call, values))


# What happens to uploads: on a stack that may be harmed -------------------------------------------


def retried(house: House, made: MadeFile) -> requests.Response:
    """The answer to an upload, tried until somebody answers well."""

    def tried() -> requests.Response | None:
        try:
            answer = house.send(made)
        except requests.ConnectionError:
            return None
        return answer if answer.ok else None

    answer: requests.Response = wait_for(tried, "a retry to succeed")
    return answer


def test_a_content_process_killed_amid_an_upload(fragile_stack: Stack, fragile: Pulp) -> None:
    """The client sees a closed connection, nothing is in; a retry succeeds."""
    house = make_house(fragile)
    made = wheel("alpha", payload=MEGABYTE, salt=unique())
    body = multipart(form(made), made)
    place = urlsplit(house.url)
    session = requests.Request("POST", house.url, auth=house.auth).prepare()
    head = (
        f"POST {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\n"
        f"Authorization: {session.headers['Authorization']}\r\n"
        f"Content-Type: multipart/form-data; boundary={'x' * 20}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        connection.sendall(head.encode() + body[: len(body) // 2])
        time.sleep(0.2)
        fragile_stack.kill("pulpcore-content")
        try:
            assert connection.recv(1000) == b""
        except ConnectionError:
            pass
    house.index.wait(lambda index: index.get("legacy/").status_code == 405, "the index", 60)
    assert house.index.get("simple/alpha/").status_code == 404
    assert fragile.latest(house.repository)["number"] == 0
    assert retried(house, made).status_code == 200
    assert house.index.download("alpha", made.filename) == made.body


def test_workers_killed_amid_an_upload(fragile_stack: Stack, fragile: Pulp) -> None:
    """Whenever it happens: what was answered is in, whole; what was not comes with a retry."""
    house = make_house(fragile)
    salt = unique()
    made = [wheel("alpha", f"{number}.0", salt=salt) for number in range(12)]
    killing = threading.Timer(0.5, lambda: fragile_stack.kill("pulpcore-worker"))
    killing.start()
    answers = [retried(house, one) for one in made]
    killing.join()
    assert all(answer.ok for answer in answers)
    recovered(fragile)
    assert fragile.filenames(fragile.latest(house.repository)) == {one.filename for one in made}
    for one in made:
        assert house.index.download("alpha", one.filename) == one.body


def test_a_full_disk_is_told(fragile_stack: Stack, fragile: Pulp) -> None:
    """507 with the reason; once there is place again the upload succeeds."""
    house = make_house(fragile)
    made = wheel("alpha", payload=8 * MEGABYTE, salt=unique())
    with limited(fragile_stack, "pulpcore-content", 6 * MEGABYTE):
        answer = house.send(made)
    assert answer.status_code == 507
    assert "disk is full" in answer.reason
    assert house.index.get("simple/alpha/").status_code == 404
    assert house.send(made).status_code == 200
    assert house.index.download("alpha", made.filename) == made.body

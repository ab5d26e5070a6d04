"""Uploads take little memory, hostile and large ones too.

It is measured where nobody else is at work meanwhile.
"""

from pathlib import Path

from support.hostile import many_entries, metadata_bomb, tar_bomb, zip_bomb
from support.large import large_wheel, post_large
from support.publishing import make_house
from support.pulp import Pulp
from support.stack import Stack
from support.wheels import wheel

#: Of one content process, over what it has before.
MOST_MEMORY = 150_000_000


def test_hostile_files_take_little_memory(fragile_stack: Stack, fragile: Pulp) -> None:
    """Bombs of every kind, many at a time: no content process needs 150 MB more."""
    house = make_house(fragile)
    bombs = [zip_bomb(), tar_bomb(), metadata_bomb(), many_entries()]
    for bomb in bombs:
        assert house.send(bomb).status_code == 400
    before = memory(fragile_stack)
    for bomb in bombs * 3:
        assert house.send(bomb).status_code == 400
    assert growth(fragile_stack, before) < MOST_MEMORY


def test_a_large_file_takes_no_more_memory_than_a_small_one(
    fragile_stack: Stack, fragile: Pulp, tmp_path: Path
) -> None:
    """300 MB go to disk as they come."""
    house = make_house(fragile)
    assert house.send(wheel("alpha", "0.1")).ok
    large = large_wheel(tmp_path, 300_000_000)
    before = memory(fragile_stack)
    assert post_large(house.url, large, house.auth).status_code == 200
    assert growth(fragile_stack, before) < 50_000_000
    answer = house.index.get(house.index.files("large")[large.filename]["url"], stream=True)
    assert int(answer.headers["Content-Length"]) == large.size
    answer.close()


def memory(stack: Stack) -> dict[int, int]:
    """Resident bytes of each content process, from where its peak is counted anew."""
    found = {}
    for process in stack.processes("pulpcore-content"):
        Path(f"/proc/{process.pid}/clear_refs").write_text("5")
        found[process.pid] = process.memory_info().rss
    return found


def growth(stack: Stack, before: dict[int, int]) -> int:
    """The most that a content process has had over what it had `before`."""
    most = 0
    for process in stack.processes("pulpcore-content"):
        status = Path(f"/proc/{process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        peak = int(line.split()[1]) * 1024
        most = max(most, peak - before.get(process.pid, peak))
    return most

"""Checking passwords: how often one is hashed, and what ends its being remembered."""

import asyncio
import threading
import time
from collections.abc import Collection

import pytest

from pulp_pyindex.app.serving import holders, passwords
from pulp_pyindex.app.serving.passwords import KnownUser, Passwords, TooManyPasswords


class Users:
    """One user, as the database has him; counts how often his password is checked."""

    def __init__(self) -> None:
        self.checked = 0
        self.hashed = "hash 1"
        self.pause = 0.0
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()

    def authenticated(self, username: str, password: str) -> KnownUser | None:
        with self._lock:
            self.checked += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(self.pause)
        with self._lock:
            self.at_once -= 1
        if (username, password) != ("user", "right"):
            return None
        return KnownUser(pk=7, username=username, hashed=self.hashed)

    def passwords(self, pks: Collection[int]) -> dict[int, str]:
        return {pk: self.hashed for pk in pks if pk == 7 and self.hashed}


@pytest.fixture
def users(monkeypatch: pytest.MonkeyPatch) -> Users:
    made = Users()
    monkeypatch.setattr(passwords, "_authenticated", made.authenticated)
    monkeypatch.setattr(holders, "passwords", made.passwords)
    return made


def test_a_right_password_is_hashed_once(users: Users) -> None:
    """However many requests show it, one after another or at once."""

    async def story() -> None:
        checking = Passwords()
        users.pause = 0.05
        found = await asyncio.gather(*(checking.check("user", "right") for _ in range(50)))
        assert {user.pk for user in found if user is not None} == {7}
        for _ in range(50):
            assert await checking.check("user", "right") == found[0]
        assert users.checked == checking.hashed == 1

    asyncio.run(story())


def test_a_wrong_password_is_not_hashed_again_for_a_moment(users: Users) -> None:
    """Another wrong one is; the right one is right meanwhile."""

    async def story() -> None:
        checking = Passwords()
        for _ in range(20):
            assert await checking.check("user", "wrong") is None
        assert users.checked == 1
        assert await checking.check("user", "wronger") is None
        assert await checking.check("user", "right") is not None
        assert users.checked == 3

    asyncio.run(story())


@pytest.mark.parametrize("hashed", ["hash 2", ""])
def test_a_changed_password_is_forgotten(users: Users, hashed: str) -> None:
    """Also that of a user who is gone; an unchanged one stays."""

    async def story() -> None:
        checking = Passwords()
        await checking.check("user", "right")
        await checking.forget_changed()
        await checking.check("user", "right")
        assert users.checked == 1
        users.hashed = hashed
        await checking.forget_changed()
        await checking.check("user", "right")
        assert users.checked == 2

    asyncio.run(story())


def test_guessing_is_bounded(users: Users) -> None:
    """Two at once, a queue that ends, and the loop goes on meanwhile."""

    async def story() -> None:
        checking = Passwords()
        users.pause = 0.02
        guesses = (checking.check("user", f"guess {number}") for number in range(100))
        answers = await asyncio.gather(*guesses, return_exceptions=True)
        refused = [answer for answer in answers if isinstance(answer, TooManyPasswords)]
        assert len(refused) == 100 - users.checked
        assert 2 <= users.checked < 60
        assert users.most_at_once <= 2

    asyncio.run(story())

"""How long a page that passes through is fresh."""

import time

import pytest
from django.db import connection

from pulp_pyindex.app.serving.through.freshness import lifetime, moment


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 600),
        ({"Cache-Control": "public"}, 600),
        ({"Cache-Control": "max-age=120, public"}, 120),
        ({"Cache-Control": "max-age=120, s-maxage=300"}, 300),
        ({"Cache-Control": 'MAX-AGE="120"'}, 120),
        ({"Cache-Control": "max-age=600", "Age": "500"}, 100),
        ({"Cache-Control": "max-age=600", "Age": "900"}, 10),
        ({"Cache-Control": "max-age=600", "Age": "old"}, 600),
        ({"Cache-Control": "public, no-cache"}, 10),
        ({"Cache-Control": "no-store"}, 10),
        ({"Cache-Control": "max-age=0"}, 10),
        ({"Cache-Control": "max-age=99999999"}, 86_400),
        ({"Cache-Control": "max-age=-1"}, 600),
    ],
)
def test_upstream_says_how_long_within_bounds(headers: dict[str, str], seconds: float) -> None:
    """A shared cache's age before the others; ten minutes where nothing is said."""
    assert lifetime(None, headers) == seconds


@pytest.mark.parametrize("seconds", [0, 5, 1_000_000])
def test_the_remote_goes_before_upstream(seconds: int) -> None:
    """Whatever it says."""
    assert lifetime(seconds, {"Cache-Control": "max-age=60"}) == seconds


@pytest.mark.django_db
def test_a_moment_is_the_same_once_it_was_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asked upstream believes what others have written down since."""
    told = [1_795_000_000 + tick / 4_194_304 for tick in range(1, 4000, 7)]
    monkeypatch.setattr(time, "time", iter(told).__next__)
    moments = [moment() for _ in told]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT extract(epoch FROM to_timestamp(one))::float8
            FROM unnest(%s::float8[]) WITH ORDINALITY AS all_of_them (one, place) ORDER BY place
            """,
            [moments],
        )
        assert [row[0] for row in cursor.fetchall()] == moments
    assert moments != told

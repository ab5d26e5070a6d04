"""Asking Redis whether it is there before Pulp has to find out."""

from urllib.parse import urlsplit, urlunsplit

import redis

from pulp_pyindex.stack.errors import StackError

CONNECT_SECONDS = 5


def check_redis(url: str) -> None:
    """StackError unless a Redis answers at `url`."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=CONNECT_SECONDS) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        parts = urlsplit(url)
        shown = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        raise StackError(f"Redis at {shown} cannot be used (--redis): {error}") from error

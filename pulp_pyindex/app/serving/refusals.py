"""Refusals of an upload, in the forms publishing tools show to people.

The reason is in the status line and in the body: twine, poetry and flit print the former, uv the
`code` of a JSON body; HTTP/2 has no reason phrase at all.
"""

from __future__ import annotations

import html
import json

from aiohttp import web
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

_OFFERS = ("text/plain", "application/json", "application/problem+json", "text/html")
#: Characters of a reason phrase; proxies refuse long status lines.
_LONGEST_PHRASE = 500


def refused(
    request: web.BaseRequest, status: int, message: str, headers: dict[str, str] | None = None
) -> web.Response:
    """The answer that says `message`, in the form the request's Accept likes best."""
    kind = _best(request.headers.get("Accept"))
    always = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return web.Response(
        status=status,
        reason=phrase(message),
        text=_BODIES[kind](status, message),
        content_type=kind,
        charset="utf-8",
        headers={**always, **(headers or {})},
    )


def phrase(message: str) -> str:
    """A message as a reason phrase: one line of printable ASCII."""
    line = " ".join(message.split()).encode("ascii", "replace").decode()
    return "".join(sign if sign.isprintable() else "?" for sign in line)[:_LONGEST_PHRASE]


def _best(accept: str | None) -> str:
    if not accept:
        return _OFFERS[0]
    liked = parse_accept_header(accept, MIMEAccept)
    return liked.best_match(_OFFERS, default=_OFFERS[0])


def _plain(status: int, message: str) -> str:
    return f"{message}\n"


def _json(status: int, message: str) -> str:
    body = {"message": message, "code": f"{status} {message}", "title": message}
    return json.dumps(body)


def _problem(status: int, message: str) -> str:
    return json.dumps({"status": status, "title": message, "detail": message})


def _html(status: int, message: str) -> str:
    shown = html.escape(message)
    return (
        "<!DOCTYPE html>\n<html>\n"
        f"<head><title>{status} {shown}</title></head>\n"
        f"<body><h1>{status}</h1><p>{shown}</p></body>\n</html>\n"
    )


_BODIES = {
    "text/plain": _plain,
    "application/json": _json,
    "application/problem+json": _problem,
    "text/html": _html,
}

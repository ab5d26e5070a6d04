"""The documentation's links lead somewhere."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = sorted(DOCS.rglob("*.md"))

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_NOT_IN_ANCHORS = re.compile(r"[^\w\s-]")


def _anchors(path: Path) -> set[str]:
    """As the documentation's builder makes them of headings."""
    prose = _FENCE.sub("", path.read_text(encoding="utf-8"))
    plain = (
        _NOT_IN_ANCHORS.sub("", heading).strip().lower() for heading in _HEADING.findall(prose)
    )
    return {re.sub(r"[-\s]+", "-", heading) for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_links_lead_somewhere(page: Path) -> None:
    """To a page that is there, and to a heading that is on it."""
    broken = []
    for link in _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        if link.startswith("https://"):
            continue
        target, _, anchor = link.partition("#")
        path = (page.parent / target).resolve() if target else page
        if not path.is_file() or (anchor and anchor not in _anchors(path)):
            broken.append(link)
    assert broken == []

"""The RSS feeds."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta, timezone

from pulp_pyindex.index.feeds import FeedEntry, packages_feed, releases_feed, updates_feed
from pulp_pyindex.index.names import normalize

BASE = "https://pulp.example/pypi/team/"
START = datetime(2026, 1, 1, tzinfo=UTC)


def entry(
    name: str = "Demo.Pkg", version: str = "1.0", minutes: int = 0, **facts: str
) -> FeedEntry:
    time = START + timedelta(minutes=minutes)
    return FeedEntry(project=normalize(name), name=name, version=version, time=time, **facts)


def titles(feed: bytes) -> list[str | None]:
    return [item.findtext("title") for item in ET.fromstring(feed).iter("item")]


def test_a_feed_is_rss() -> None:
    """One item, whole."""
    feed = updates_feed([entry(summary="a & b", author_email="A <a@x.org>")], base_url=BASE)
    assert (
        feed.decode()
        == f"""\
<?xml version='1.0' encoding='utf-8'?>
<rss version="2.0">
  <channel>
    <title>Newest releases</title>
    <link>{BASE}</link>
    <description>Newest releases of the Python package index {BASE}</description>
    <language>en</language>
    <item>
      <title>Demo.Pkg 1.0</title>
      <link>{BASE}pypi/demo-pkg/1.0/json</link>
      <guid>{BASE}pypi/demo-pkg/1.0/json</guid>
      <description>a &amp; b</description>
      <author>a@x.org</author>
      <pubDate>Thu, 01 Jan 2026 00:00:00 GMT</pubDate>
    </item>
  </channel>
</rss>
"""
    )


def test_each_feed_has_its_titles() -> None:
    """Projects are added, releases named by project or by version alone."""
    entries = [entry()]
    assert titles(packages_feed(entries, base_url=BASE)) == ["Demo.Pkg added"]
    assert titles(updates_feed(entries, base_url=BASE)) == ["Demo.Pkg 1.0"]
    assert titles(releases_feed(normalize("demo-pkg"), entries, base_url=BASE)) == ["1.0"]


def test_the_newest_come_first_and_the_rest_is_cut() -> None:
    """As many as PyPI has; in one order, however they come."""
    entries = [entry(version=f"1.{minute}", minutes=minute) for minute in range(150)]
    feed = updates_feed(entries, base_url=BASE)
    assert titles(feed) == [f"Demo.Pkg 1.{minute}" for minute in range(149, 49, -1)]
    assert updates_feed(entries[::-1], base_url=BASE) == feed
    assert len(titles(packages_feed(entries, base_url=BASE))) == 40


def test_nothing_an_uploader_writes_breaks_the_feed() -> None:
    """Markup is escaped, what XML cannot hold is left out."""
    wild = entry(summary="</description>\x00\x1b<script>\ufffe ü", version="1.0+a")
    (item,) = ET.fromstring(updates_feed([wild], base_url=BASE)).iter("item")
    assert item.findtext("description") == "</description><script> ü"
    assert item.findtext("link") == f"{BASE}pypi/demo-pkg/1.0+a/json"


def test_an_address_that_is_none_is_left_out() -> None:
    """RSS wants addresses."""
    for text in ("nobody", "A <a@x.org>, nobody", ""):
        (item,) = ET.fromstring(updates_feed([entry(author_email=text)], base_url=BASE)).iter(
            "item"
        )
        assert item.find("author") is None


def test_times_are_told_in_gmt() -> None:
    """Whatever zone they come in."""
    one = FeedEntry(
        project=normalize("a"),
        name="a",
        version="1",
        time=datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2))),
    )
    assert b"Wed, 31 Dec 2025 23:00:00 GMT" in packages_feed([one], base_url=BASE)

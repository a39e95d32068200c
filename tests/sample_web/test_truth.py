"""What is known of each sample site is whole, and reached from where a crawl begins."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

import pytest

from crawler.sample_web import SITES, expected_articles
from tests.sample_web.client import Client, listed


@pytest.mark.parametrize("site", SITES)
def test_truth_is_whole(site: str) -> None:
    articles = expected_articles(site)
    assert len(articles) >= 18
    assert len({a.url for a in articles}) == len({a.title for a in articles}) == len(articles)
    assert len(expected_articles(site, 2)) == len(articles) + 1
    for article in articles:
        texts = (article.title, article.lead, *article.body, *article.signature)
        assert all(text and text == unicodedata.normalize("NFC", text) for text in texts)
        assert len(article.body) + len(article.table_rows) >= 3
        assert len(article.text) > 300
        assert article.published or article.precision is None
    dates = [a.published.at for a in articles if a.published]
    assert dates == sorted(dates, reverse=True)
    assert dates[-1].year <= 2021 and dates[0].year == 2025


@pytest.mark.parametrize("edition", [1, 2])
@pytest.mark.parametrize("site", SITES)
def test_every_article_is_reached_from_the_start(
    client: Client, later: Client, site: str, edition: int
) -> None:
    asked = client if edition == 1 else later
    seen = listed(asked, site)
    missing = [
        a.url
        for a in expected_articles(site, edition)
        if a.status == "live" and not seen & {a.url, *a.aliases[1:]}
    ]
    assert missing == []


@pytest.mark.parametrize("site", SITES)
def test_pages_are_of_real_size_and_name_their_files(client: Client, site: str) -> None:
    article = next(a for a in expected_articles(site) if a.images and not a.challenged)
    reply = client.get(article.url)
    assert 28_000 < len(reply.body) < 80_000
    style = next(
        link
        for element, _, link, _ in reply.tree(article.url).iterlinks()
        if element.get("rel") == "stylesheet" and site_host(link)
    )
    assert client.get(style).headers["Content-Type"].startswith("text/css")
    image = client.get(article.images[0].url)
    assert image.headers["Content-Type"] == "image/jpeg" and image.body[:2] == b"\xff\xd8"
    files = [f for a in expected_articles(site) for f in a.attachments]
    attached = client.get(files[0].url)
    assert attached.body.startswith(b"%PDF-1.4") and attached.body.endswith(b"%%EOF\n")


def site_host(url: str) -> bool:
    return urlsplit(url).hostname in {site.host for site in SITES.values()}

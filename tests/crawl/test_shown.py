"""What was crawled is shown again, in a real browser, when the web it came from is gone."""

from __future__ import annotations

import pytest

from tests.crawl.conftest import Crawled
from tests.publish.browser import follow
from tests.replay.served import cut_off, serving

pytestmark = pytest.mark.browser


def test_articles_of_every_site_lead_to_their_pages_with_their_pictures(
    first_crawl: Crawled,
) -> None:
    """One article with a captured picture of each site that has one; the sample web is gone."""
    chosen = first_crawl.db.execute(
        "select a.site, a.id, a.title, a.capture_id, i.url from articles a"
        " join images i on i.article_id = a.id"
        " where exists (select 1 from captures c where c.url = i.url and c.status = 200)"
        " and a.gone_at is null group by a.site order by a.site"
    ).fetchall()
    assert chosen
    with serving(first_crawl.data) as address, cut_off() as (tab, tried):
        for _, key, title, capture, picture in chosen:
            tab.goto(f"{address}/articles/{key}", wait_until="load")
            assert tab.locator("article h1").inner_text() == title
            follow(tab, tab.locator("#replay"))
            assert tab.url.endswith(f"/capture/{capture}")
            assert title.casefold() in tab.locator("body").inner_text().casefold()
            shown = tab.locator("img").evaluate_all(
                "all => all.map(i => [decodeURI(i.src), i.complete && i.naturalWidth > 1])"
            )
            whole = [source for source, loaded in shown if loaded]
            assert any(source.endswith(picture) for source in whole), (picture, shown)
        assert tried == []

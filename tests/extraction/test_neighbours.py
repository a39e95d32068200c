"""Where other articles begin on a page, and what stands with a link to one."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from lxml import html

from archive.records import Page
from crawler.extraction.document import Document, parse_page
from crawler.extraction.metadata import page_heading
from crawler.extraction.neighbours import (
    beside_title_link,
    pictures_elsewhere,
    without_others,
)
from crawler.extraction.structured import Structured
from crawler.extraction.surroundings import Surroundings
from crawler.extraction.urls import article_key
from crawler.extraction.walk import read_blocks

BASE = "https://bao.test/tin/bai-cua-trang-100.html"
OWN = article_key(BASE)
TEXT = "<p>" + "Công đoàn cơ sở tổ chức hội nghị người lao động đúng quy định. " * 3 + "</p>"
LINK = '<li><a href="/tin/bai-khac-{}.html">Hội thao công nhân viên chức năm thứ {}</a>{}</li>'


def texts(source: str) -> list[str]:
    body = html.fromstring(f"<div>{source}</div>")
    return [block.text for block in without_others(read_blocks(body, BASE), OWN)]


def others(count: int, teaser: str = "") -> str:
    return "<ul>" + "".join(LINK.format(i, i, teaser) for i in range(count)) + "</ul>"


def test_titles_of_others_end_the_text() -> None:
    assert len(texts(TEXT + "<h3>Tin khác</h3>" + others(4))) == 1


def test_teasers_go_with_their_titles() -> None:
    teaser = "<p>" + "Hơn ba trăm vận động viên tranh tài. " * 3 + "</p>"
    assert len(texts(TEXT + others(3, teaser))) == 1


def test_a_box_within_the_text_ends_nothing() -> None:
    assert len(texts(TEXT + others(2) + TEXT.replace("Công", "Các công"))) == 4


def test_a_listing_without_text_of_its_own_stays() -> None:
    assert len(texts(others(6))) == 6


def test_links_to_the_page_itself_are_no_others() -> None:
    link = LINK.format(1, 1, "").replace("bai-khac-1", "bai-cua-trang-100")
    assert len(texts(TEXT + link * 2)) == 3


def test_heaps_of_links_are_cheap() -> None:
    begun = time.process_time()
    texts((TEXT + others(3)) * 1500)
    assert time.process_time() - begun < 5


def test_pictures_that_lead_to_other_articles() -> None:
    tree = html.fromstring(
        '<div><a href="/tin/bai-khac-1.html"><img src="a.jpg"></a>'
        ""
        '<a href="b-lon.jpg"><img src="b.jpg"></a>'
        '<a href="/x/" rel="attachment wp-att-5"><img src="c.jpg"></a>'
        '<a href="/tin/bai-cua-trang-100.html/anh-1/"><img src="d.jpg"></a><img src="e.jpg"></div>'
    )
    assert {image.get("src") for image in pictures_elsewhere(tree, BASE, OWN)} == {"a.jpg"}


def test_a_date_beside_a_title_is_that_titles() -> None:
    tree = html.fromstring(
        '<div><h1>Bài của trang</h1><i class="d">19/12/2021</i><ul>'
        '<li><a href="/tin/bai-khac-1.html">Hội thao công nhân viên chức</a>'
        "<i>2/1/2020</i></li></ul></div>"
    )
    own, other = tree.iter("i")
    home = {tree}
    assert not beside_title_link(own, home, BASE, OWN)
    assert beside_title_link(other, home, BASE, OWN)


def test_what_another_article_or_a_side_column_holds_is_foreign() -> None:
    tree = html.fromstring(
        '<div class="widget-area"><article id="a"><h1>Bài</h1><time>1</time><div id="b">chữ</div>'
        "</article><article><time>2</time></article><aside><time>3</time></aside>"
        '<div class="related-posts"><time>4</time></div>'
        '<div class="meta"><time>5</time></div></div>'
    )
    title, body = tree.find(".//h1"), tree.find(".//div[@id='b']")
    assert title is not None and body is not None
    near = Surroundings(body, title)
    foreign = [element.text for element in tree.iter("time") if near.foreign(element)]
    assert foreign == ["2", "3", "4"]
    assert [element.text for element in near.between()] == ["1"]


def test_the_banner_is_no_title() -> None:
    source = (
        "<html><head><title>Báo Sông Hương Online - Thăm công nhân ở trọ dịp cuối năm</title>"
        "</head>"
        '<body><h1><a href="/">Báo Sông Hương</a></h1><h1>Báo Sông Hương Online</h1>'
        "<h2>Thăm công nhân ở trọ dịp cuối năm</h2></body></html>"
    )
    document = parse_page(Page(BASE, source.encode(), datetime(2024, 11, 12, tzinfo=UTC)))
    assert isinstance(document, Document)
    title, element = page_heading(document, Structured())
    assert title == "Thăm công nhân ở trọ dịp cuối năm"
    assert element is not None and element.tag == "h2"

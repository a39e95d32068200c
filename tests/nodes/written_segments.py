"""Closed WARC files as nodes leave them, with articles of a site that nobody declares."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.warc.writer import Exchange, WarcWriter

PAGE = """<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title>
<meta name="generator" content="NukeViet v4.5"></head><body>
<div class="news_column panel panel-default"><div class="panel-body">
<h1 class="title margin-bottom-lg" itemprop="headline">{title}</h1>
<div class="row margin-bottom-lg"><span class="h5">Thứ năm - 12/03/2026 08:15</span></div>
<div class="hometext m-bottom" itemprop="description">Sáng 12/3, công đoàn cơ sở Nhà máy gạch Tân An
trao {number} suất quà cho đoàn viên có hoàn cảnh khó khăn.</div>
<div id="news-bodyhtml" class="bodytext margin-bottom-lg" itemprop="articleBody">
<p>Hoạt động được tổ chức hằng năm bằng nguồn kinh phí do đoàn viên đóng góp, nhằm động viên người
lao động yên tâm làm việc và gắn bó lâu dài với nhà máy.</p>
<p style="text-align: right;"><strong>Tin, ảnh: Nguyễn Thu Hà</strong></p>
</div></div></div></body></html>"""


def write_segment(folder: Path, crawl: str, pages: int) -> Path:
    """Write a file of so many articles into ``folder``; where it is."""
    with WarcWriter(folder, crawl, crawl, software="test") as writer:
        for number in range(pages):
            body = PAGE.format(title=f"{crawl}: trao quà đợt {number}", number=number).encode()
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
            head += b"Content-Length: %d\r\n\r\n" % len(body)
            url = f"http://congdoan-tan-an.example/vi/news/tin/{crawl}-dot-{number}.html"
            request = b"GET / HTTP/1.1\r\nHost: congdoan-tan-an.example\r\n\r\n"
            moment = datetime(2026, 3, 1, 8, tzinfo=UTC) + timedelta(seconds=number)
            capture = writer.write(Exchange(url, request, head + body, body, moment))
    return folder / capture.warc_file

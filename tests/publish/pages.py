"""The pages of the sample archive, and how tests look at one."""

from __future__ import annotations

from typing import Any

import lxml.html

PAGES = [
    "/",
    "/?map=2025",
    "/search",
    "/search?q=cong+doan",
    "/search?q=%22khong+dong",
    "/search?q=khongcotunaynhuvay",
    "/search?q=công+đoàn&province=Nam+Định&sort=newest",
    "/search?topic=thi+đua&year=2022",
    "/search?month=2023-05&page=2",
    "/archive/articles/{nha_o}",
    "/archive/articles/{tai_nan}",
    "/archive/articles/{mai_am}",
    "/archive/articles/{khong_ngay}",
    "/articles/{doi_thoai_dien_tu}/revisions",
    "/articles/{nha_o}/revisions",
    "/provinces/Cần Thơ",
    "/provinces/An Giang",
    "/provinces-2025/Bắc Ninh",
    "/sites",
    "/sites/hai_phong",
    "/months/2024-05",
    "/months/1999-01",
    "/coverage",
    "/tutorial",
    "/provinces",
    "/provinces?map=2025",
    "/months",
    "/search?q=cong+dooan",
    "/archive/word_by_year?q=cong",
    "/archive",
    "/archive?_show_hidden=1",
    "/archive?sql=select+id,+title+from+articles",
    "/archive?sql=selec",
    "/archive/articles",
    "/archive/articles?_search=dai+hoi&site=nam_dinh",
    "/archive/crawls",
    "/archive/changed_articles",
    "/archive/sites/hai_phong",
    "/archive/taken_down",
    "/archive/workers_month?year=2024",
    "/no/such/page",
    "/sites/no_such_site",
    "/archive/articles/1",
]


def tree(text: str) -> Any:
    """The page as lxml sees it; its stubs promise too many kinds of result."""
    return lxml.html.document_fromstring(text)


async def get(face: Any, path: str, **headers: str) -> Any:
    return await face.client.get(path, headers=headers or None)

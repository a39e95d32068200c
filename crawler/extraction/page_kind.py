"""What a page is when it is no article: a stub, a login form, a listing, an error in disguise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from archive.records import Unreadable
from crawler.extraction.document import UNSEEN, Document
from crawler.extraction.text import clean_line

_COOKIE_STUB = re.compile(r"document\.cookie\s*=", re.I)
_RELOAD = re.compile(r"location\.(?:reload|href|replace|assign)|location\s*=|\.submit\(\)", re.I)
_CHALLENGE = re.compile(
    r"cf-browser-verification|cf_chl_|challenge-platform|__cf_chl|slowAES\.decrypt|sucuri_cloudproxy|"
    r"_Incapsula_Resource|ddos-guard|punish-component|Just a moment\.\.\.|Checking your browser|"
    r"hcaptcha\.com/captcha|g-recaptcha-response",
)
_NOT_FOUND = re.compile(
    r"(?:trang|bài viết|nội dung|bản tin|đường dẫn|tin)[^.]{0,60}(?:không (?:tồn tại|tìm thấy|có)|"
    r"đã bị (?:xóa|xoá|gỡ))|không tìm thấy (?:trang|bài viết|nội dung|dữ liệu|đường dẫn|bản tin)|"
    r"\b404\b.{0,40}(?:not found|không tìm thấy)|page not found|lỗi 404|error 404|"
    r"article not found|bài viết này không|dữ liệu đang (?:được )?cập nhật",
    re.I,
)
_SEARCH_URL = re.compile(
    r"[?&](?:s|q|keyword|keywords|searchword|tukhoa|key)=|/(?:seek|search|tim-kiem|tim_kiem|timkiem)"
    r"(?:[/.?]|$)|option=com_search|[?&]op=search",
    re.I,
)
_LOGIN_URL = re.compile(
    r"wp-login\.php|/(?:users?/)?(?:login|dang-nhap|dangnhap|signin|register|dang-ky|lostpass\w*)"
    r"(?:[/.?]|$)|com_users?&view=(?:login|registration)|/account/log",
    re.I,
)
_LISTING_URL = re.compile(
    r"/(?:tag|tags|category|author|topic|chu-de|chuyen-muc|danh-muc|tac-gia|rss|feeds?|page|trang)/|"
    r"/page-\d+|/itemlist/|/(?:19|20)\d\d/(?:\d\d?/)?(?:\d\d?/)?(?:page/\d+/?)?$|"
    r"[?&]view=(?:category|categories|section|frontpage|featured|archive|itemlist|tag)\b|"
    r"[?&](?:start|limitstart|page|trang|pg|BRSR)=\d|/pg/\d|/p\d+/?$|format=feed",
    re.I,
)
_STATIC_URL = re.compile(
    r"/(?:about(?:-us)?|gioi-thieu|contact|lien-he|siteterms|terms|privacy|sitemap|site-map|so-do-\w+|"
    r"voting|statistics|thong-ke|banners|feedback|hoi-dap|faq|comment|users)"
    r"(?:[/.?]|(?:-[^\W_]+){1,2}\.html|$)|"
    r"/gioi-thieu(?:-[^\W_]+){0,5}(?:\.html?|/)?$",
    re.I,
)
_QUESTION_URL = re.compile(
    r"/(?:hoi-dap|faq|thong-ke|feedback)(?:(?:-[^\W_]+){1,2}\.html|/(?:[^\W_]+-){3,}[^/]+$)", re.I
)
_STATIC_TITLE = re.compile(
    r"^(?:giới thiệu(?: chung)?|liên hệ|sơ đồ (?:trang|tổ chức|website)|cơ cấu tổ chức|"
    r"điều khoản.*|chính sách (?:bảo mật|quyền riêng tư).*|contact(?: us)?|about(?: us)?|"
    r"chức năng,? nhiệm vụ.*|lịch sử hình thành.*|thống kê)$",
    re.I,
)
_FRONT_PATHS = frozenset(
    (
        "", "/index.php", "/index.html", "/index.htm", "/index.aspx", "/default.aspx",
        "/default.html", "/home", "/trang-chu", "/trang-chu.html", "/vi", "/vi-vn", "/index.php/vi",
    )
)  # fmt: skip
_STANDING_TITLE = re.compile(
    r"^(?:giới thiệu(?: chung| về chúng tôi)?|liên hệ|sơ đồ (?:trang|tổ chức|website|cổng)|"
    r"cơ cấu tổ chức|bộ máy tổ chức|contact(?: us)?|about(?: us)?|thống kê)$",
    re.I,
)
_ARTICLE_URL = re.compile(
    r"\d{3,}[^/]*\.(?:html?|aspx|ldo|bld|tld|chn|vnp|vov)$|/item/\d+-|/(?:19|20)\d\d/\d\d/\d\d/[^/]+|"
    r"[?&](?:id|newsid|itemid|articleid|art|p|nid|idtin|tinid)=\d+|/node/\d+|/\d{3,}(?:/|$)|"
    r"(?:[\w%]+-){5,}[\w%]+(?:\.\w+|/)?$|\.(?:html?|ldo)$",
    re.I,
)


def refuse_status(document: Document) -> Unreadable | None:
    """Refuse an answer whose status says that it is no page."""
    status = document.page.status
    if status >= 400 or status in (204, 304):
        return Unreadable("http_error", f"status {status}")
    if 300 <= status < 400:
        return Unreadable("http_error", f"status {status}, a redirect")
    return None


def refuse_at_sight(document: Document) -> Unreadable | None:
    """Refuse a page that is a bot check or has no text at all."""
    if len(document.text) < 6000 and (
        _COOKIE_STUB.search(document.text) and _RELOAD.search(document.text)
    ):
        return Unreadable("challenge", "a script that sets a cookie and loads the page again")
    seen = document.first_text
    if len(seen) < 1500 and len(document.text) < 60_000:
        found = _CHALLENGE.search(document.text)
        if found:
            return Unreadable("challenge", found[0][:60])
    if not seen:
        return Unreadable("empty", "no text")
    return None


def refusal(document: Document, detail: str = "") -> Unreadable:
    """The reason that fits a page of which it is already known that it is no article."""
    url = document.page.url
    parts = urlsplit(url)
    target = unquote(parts.path + ("?" + parts.query if parts.query else ""))
    if _LOGIN_URL.search(target) or (is_login(document) and not document.cut):
        return Unreadable("login", detail)
    if _SEARCH_URL.search(target):
        return Unreadable("search", detail)
    if document.cut:
        # What a transfer lost says nothing of whether the article is still there.
        return Unreadable("truncated", detail or "the page breaks off")
    if says_not_found(document):
        return Unreadable("soft_404", detail or "the page says that nothing is there")
    if _LISTING_URL.search(target) or parts.path in ("", "/"):
        return Unreadable("listing", detail)
    if is_static(document):
        return Unreadable("static", detail)
    if looks_like_article_url(url):
        return Unreadable("soft_404", detail or "a listing under the address of an article")
    return Unreadable("listing", detail)


def is_login(document: Document) -> bool:
    """Whether the page's main content is a form with a password, not a form in its frame."""
    forms = 0
    for element in document.body.iter("input"):
        if (element.get("type") or "").lower() == "password":
            forms += 1
    if not forms:
        return False
    return len(document.first_text) < 1200


def says_not_found(document: Document) -> bool:
    """Whether title, heading or a short page says that the article does not exist."""
    if _NOT_FOUND.search(document.page_title[:200]):
        return True
    for element in document.body.iter("h1", "h2", "h3"):
        text = clean_line(element.text_content())
        if len(text) < 200 and _NOT_FOUND.search(text):
            return True
    if len(document.first_text) >= 1500:
        return False
    # Within one line: "Tin tức" of a menu and "Không có nhận xét" are no sentence.
    return any(
        10 <= len(piece) < 300 and _NOT_FOUND.search(clean_line(piece))
        for piece in _pieces(document.body)
    )


def _pieces(element: HtmlElement) -> Iterator[str]:
    for node in element.iter():
        if isinstance(node.tag, str) and node.text and node.tag not in UNSEEN:
            yield node.text
        if node.tail and node is not element:
            yield node.tail


def is_static(document: Document) -> bool:
    """Whether address or title name a standing page: about, contact, terms."""
    path = unquote(urlsplit(document.page.url).path)
    if _STATIC_URL.search(path) and not re.search(r"\d{3,}", path):
        return True
    heading = next(
        (
            text
            for element in document.body.iter("h1")
            if (text := clean_line(element.text_content()))
        ),
        "",
    )
    return bool(_STATIC_TITLE.match(heading))


def may_be_question(document: Document) -> bool:
    """Whether an address that a standing page might have names an answer to one question.

    "/hoi-dap-nghi-phep.html" stands beside "/hoi-dap-phap-luat.html", the list of all answers.
    """
    path = unquote(urlsplit(document.page.url).path)
    return _QUESTION_URL.search(path) is not None


def is_standing_title(title: str) -> bool:
    """Whether a title is all that a standing page says of itself: "Giới thiệu", "Liên hệ"."""
    return _STANDING_TITLE.match(title) is not None


def looks_like_article_url(url: str) -> bool:
    """Whether an address has the form of an article's: an id, a date or a long slug."""
    parts = urlsplit(url)
    target = parts.path + ("?" + parts.query if parts.query else "")
    if _LISTING_URL.search(target) or _SEARCH_URL.search(target):
        return False
    return _ARTICLE_URL.search(target) is not None


def looks_like_listing_url(url: str) -> bool:
    """Whether an address has the form of a tag, category, archive or search page, or the root."""
    parts = urlsplit(url)
    if parts.path.rstrip("/").lower() in _FRONT_PATHS and not parts.query:
        return True
    target = unquote(parts.path + ("?" + parts.query if parts.query else ""))
    return bool(_LISTING_URL.search(target) or _SEARCH_URL.search(target))

"""The sentences that say how a site fares, in Vietnamese and English.

Facts are written down in English once (``health_states.reason``, alerts, ``congdoan status``), by
``say``; what was written is read back and said in Vietnamese by ``in_vietnamese``, so that reasons
that were noted long ago can be shown as well. What is in no sentence here (a message of a server,
a selector) stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

SENTENCES: dict[str, tuple[str, str]] = {
    "never": ("chưa thu thập lần nào", "it has not been crawled yet"),
    "in_time": ("thu thập đúng hạn", "crawled in time"),
    "refused": (
        "{refused} trong {answers} câu trả lời: {classes}",
        "{refused} of {answers} answers: {classes}",
    ),
    "dead_listing": (
        "danh mục này không còn dẫn đến bài nào: {url}",
        "this listing leads to no article any more: {url}",
    ),
    "mass_takedown": (
        "{gone} trong {looked_at} bài đã biết biến mất trong một lần thu thập",
        "{gone} of {looked_at} known articles were gone in one crawl",
    ),
    "unread_for_long": (
        "{share} bài mới nhất không đọc được nội dung, đã từ lâu",
        "{share} of its newest pages have had no article that can be read, for long",
    ),
    "silent": (
        "{days} ngày không có bài mới; lần im lặng dài nhất trước đây là {usual} ngày",
        "nothing new for {days} days; its longest silence was {usual}",
    ),
    "failing": (
        "{crawls} lần thu thập thất bại từ {since}: {what}",
        "{crawls} crawls failed since {since}: {what}",
    ),
    "due": ("đến hạn từ {since}", "due since {since}"),
    "no_page_yet": ("chưa lần thu thập nào lấy được trang", "no crawl has brought a page yet"),
    "last_crawled": ("thu thập lần cuối {days} ngày trước", "last crawled {days} days ago"),
    "not_walked": (
        "chưa đi hết các danh mục của trang",
        "its listings have not been walked to their end yet",
    ),
    "passing": (
        "vừa thất bại, có thể chỉ nhất thời: {what}",
        "failed lately, perhaps passing: {what}",
    ),
    "no_detail": ("không rõ chi tiết", "no detail"),
    "robots_changed": (
        "{url} đã đổi trong khoảng {before} đến {after}",
        "{url} changed between {before} and {after}",
    ),
    "certificate_expires": (
        "chứng chỉ của {host} hết hạn ngày {day}",
        "the certificate of {host} expires on {day}",
    ),
    "certificate_expired": (
        "chứng chỉ của {host} đã hết hạn ngày {day}",
        "the certificate of {host} expired on {day}",
    ),
    "frozen_as_expected": (
        "trang này không còn đăng bài mới; {rest}",
        "nothing new is expected of it; {rest}",
    ),
    "drift": (
        "{now} trong {of} {what} (thường lệ {usual})",
        "{now} of {of} {what} (usually {usual})",
    ),
    "dead_selectors": ("bộ chọn không còn khớp: {selectors}", "dead: {selectors}"),
    "lacks_unread": ("trang không ra bài viết", "pages that give no article"),
    "lacks_no_title": ("trang thiếu tiêu đề", "pages without a title"),
    "lacks_no_body": ("trang thiếu nội dung", "pages without a body"),
    "lacks_no_date": ("bài thiếu ngày đăng", "articles without a date"),
    "lacks_generic": (
        "bài không còn khớp với mẫu của trang",
        "articles that the site's layout no longer fits",
    ),
    "lacks_field": (
        "bài mà mẫu của trang không tìm thấy {field}",
        "articles whose {field} the layout did not find",
    ),
    "dns": ("không phân giải được tên miền", "its name is not resolved"),
    "private": ("tên miền trỏ về địa chỉ mạng riêng", "its name leads to a private address"),
    "connection_refused": ("từ chối kết nối", "it refuses connections"),
    "timeout": ("không trả lời kịp", "it does not answer in time"),
    "cut": ("trả lời bị ngắt", "its answers break off"),
    "tls": ("không lập được kết nối an toàn", "no secure connection"),
    "http": ("lỗi ở chỗ trang danh mục", "error in place of a listing"),
    "robots": ("robots.txt không cho phép", "robots.txt forbids"),
    "given_up": ("ngừng hỏi sau nhiều lỗi liên tiếp", "given up after failures in a row"),
    "blocked": (
        "bị từ chối (401, 403, 429, 451)",
        "it refuses us (401, 403, 429, 451)",
    ),
    "challenge": ("đòi xác minh không phải robot", "a bot check"),
    "not_found": ("404 hoặc 410", "404 or 410"),
    "server_error": ("lỗi máy chủ (5xx)", "server error (5xx)"),
    "moved": ("chuyển sang máy chủ khác", "redirects to another host"),
    "parse": ("trang không đọc được", "pages that cannot be read"),
    "unparsable": (
        "nguồn tin hoặc sơ đồ trang không đọc được",
        "feeds or sitemaps that cannot be read",
    ),
    "trap": ("danh mục không có điểm dừng", "listings without an end"),
}
"""Code -> (Vietnamese, English), with ``{parameters}``."""

NUMBERS = frozenset(
    ("refused", "answers", "gone", "looked_at", "days", "usual", "crawls", "now", "of")
)
"""Parameters that are a number (or a share: 40%)."""
LONGEST = 2_000
_TIMES = re.compile(r"(?s)(?P<what>.+) \((?P<times>\d+)\)")


def say(code: str, **values: object) -> str:
    """A sentence in English.

    >>> say("silent", days=40, usual=12)
    'nothing new for 40 days; its longest silence was 12'
    """
    return SENTENCES[code][1].format(**values)


def in_vietnamese(text: str) -> str:
    """What ``say`` said, and what was put together of it with "; " and ", ", in Vietnamese.

    >>> in_vietnamese("4 of 5 pages without a title (usually 0%); dead: h1.old")
    '4 trong 5 trang thiếu tiêu đề (thường lệ 0%); bộ chọn không còn khớp: h1.old'
    >>> in_vietnamese("2 crawls failed since 2026-02-01T04:10: no secure connection (6)")
    '2 lần thu thập thất bại từ 2026-02-01T04:10: không lập được kết nối an toàn (6)'
    >>> in_vietnamese("Connection lost")
    'Connection lost'
    """
    return _translated(text[:LONGEST]) or text


def _translated(text: str) -> str | None:
    for code, pattern in _patterns().items():
        found = pattern.fullmatch(text)
        if found:
            return SENTENCES[code][0].format(**_values(found.groupdict()))
    for sign in ("; ", ", "):
        parts = text.split(sign)
        if len(parts) > 1:
            said = [_translated(part) for part in parts]
            if any(said):
                return sign.join(new or old for new, old in zip(said, parts, strict=True))
    counted = _TIMES.fullmatch(text)
    if counted:
        what = _translated(counted["what"])
        return f"{what} ({counted['times']})" if what else None
    return None


def _values(found: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value if name in NUMBERS else _translated(value) or value
        for name, value in found.items()
    }


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    patterns = {}
    for code, (_, english) in SENTENCES.items():
        pieces = re.split(r"\{(\w+)\}", english)
        text = ""
        for place, piece in enumerate(pieces):
            if place % 2 == 0:
                text += re.escape(piece)
            elif piece in NUMBERS:
                text += rf"(?P<{piece}>[\d.]+%?)"
            elif piece in ("what", "rest", "classes", "selectors") or place == len(pieces) - 2:
                text += rf"(?P<{piece}>.+)"
            else:
                text += rf"(?P<{piece}>[^;]+?)"
        patterns[code] = re.compile(text, re.DOTALL)
    return patterns

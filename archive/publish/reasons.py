"""Codes of failures and of unreadable pages, in a reader's words (Vietnamese, English)."""

from __future__ import annotations

from archive.health.judgement import CLASSES
from archive.health.sentences import in_vietnamese
from archive.records import REASONS

UNREAD_VI: dict[str, str] = {
    "listing": "danh sách bài, trang chủ hoặc chuyên mục",
    "soft_404": "trả lời 200 nhưng báo không có bài",
    "challenge": "đòi xác minh không phải robot",
    "login": "trang đăng nhập hoặc đăng ký",
    "search": "trang kết quả tìm kiếm",
    "static": "trang cố định, không phải tin (liên hệ, điều khoản …)",
    "empty": "không có chữ, hoặc quá ít để là một bài",
    "not_html": "không phải trang HTML",
    "truncated": "câu trả lời bị cắt giữa chừng",
    "http_error": "máy chủ báo lỗi",
    "too_large": "lớn hơn giới hạn an toàn",
    "no_title": "có nội dung nhưng không có tiêu đề",
    "no_body": "có tiêu đề nhưng không có nội dung",
    "broken": "không đọc nổi trang này",
}

OTHER_FAILURES: dict[str, tuple[str, str]] = {
    "forbidden": ("địa chỉ ngoài phạm vi của trang", "an address that is not the site's own"),
    "too_large": ("lớn hơn giới hạn", "larger than the size limit"),
    "other": ("lỗi khác", "another failure"),
}
"""Kinds of ``fetch_errors`` that no health monitor tells of."""


def unread_words(reason: str) -> tuple[str, str]:
    """Why a page gave no article. An unknown code stays as it is."""
    return UNREAD_VI.get(reason, reason), REASONS.get(reason, reason)


def failure_words(kind: str) -> tuple[str, str]:
    """What became of a request (``fetch_errors.kind``). An unknown code stays as it is."""
    if kind in OTHER_FAILURES:
        return OTHER_FAILURES[kind]
    english = CLASSES.get(kind, kind)
    return in_vietnamese(english), english

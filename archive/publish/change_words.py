"""What feeds say of articles that were changed or taken down: key -> (Vietnamese, English)."""

from __future__ import annotations

CHANGE_WORDS: dict[str, tuple[str, str]] = {
    "changes_feed": ("Bài bị sửa, bị gỡ (Atom)", "Changes and takedowns (Atom)"),
    "changes_title": ("Bài bị sửa, bị gỡ", "Changes and takedowns"),
    "entry_edited": ("Đã sửa {parts}: {title}", "Changed, {parts}: {title}"),
    "entry_gone": ("Đã gỡ: {title}", "Taken down: {title}"),
    "edited_between": (
        "Trang gốc đã sửa bài giữa hai lần thu thập: {before} và {after}.",
        "The site changed this article between two captures: {before} and {after}.",
    ),
    "change_too_long": (
        "Chỗ sửa quá dài để kể ở đây; xem trang so sánh.",
        "The change is too long to be told here; see the comparison.",
    ),
    "gone_since": (
        "Lần cuối còn thấy bài: {seen}. Lần đầu thấy bài đã bị gỡ: {gone}.",
        "Last seen: {seen}. First found taken down: {gone}.",
    ),
    "gone_evidence": ("Bằng chứng: {url} lúc {when}: {sign}", "Evidence: {url} at {when}: {sign}"),
    "gone_record": (
        "Bản ghi {id} trong tệp {file}, byte {offset}.",
        "Record {id} in the file {file}, byte {offset}.",
    ),
    "sign_gone": ("máy chủ trả lời HTTP {status}", "the server answered HTTP {status}"),
    "sign_redirect_home": (
        "địa chỉ dẫn về trang chủ (HTTP {status})",
        "the address leads to the front page (HTTP {status})",
    ),
    "sign_other": ("{reason} (HTTP {status})", "{reason} (HTTP {status})"),
}

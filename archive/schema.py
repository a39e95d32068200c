"""What every table, view and column of the archive means, in Vietnamese and English, as data.

Datasette shows these beside the tables; ``docs/schema.md`` is written from them. A test holds
that nothing in the database is without a meaning here, and nothing here without a place there.
"""

from __future__ import annotations

from dataclasses import dataclass

Pair = tuple[str, str]
"""The same in Vietnamese and in English."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view. ``kind`` is "table", "view", "count" (kept by triggers) or "index"."""

    about: Pair
    columns: dict[str, Pair]
    kind: str = "table"


_ARTICLE: Pair = ("Mã bài viết (articles.id)", "Id of the article (articles.id)")
_SITE: Pair = ("Tên ngắn của trang tin (sites.name)", "Short name of the site (sites.name)")
_PROVINCE: Pair = (
    "Tỉnh, thành trước 1/7/2025 (một trong 63), trống nếu là trang toàn quốc",
    "Province before 1 July 2025 (one of 63), empty for a national site",
)
_PROVINCE_2025: Pair = (
    "Tỉnh, thành từ 1/7/2025 (một trong 34)",
    "Province since 1 July 2025 (one of 34)",
)
_MONTH: Pair = (
    "Tháng đăng, dạng 2023-04; trống nếu không rõ",
    "Month of publication, as 2023-04; empty if unknown",
)
_COUNT: Pair = ("Số bài", "Number of articles")
_URL: Pair = ("Địa chỉ ở trang gốc", "Address at the source")
_TITLE: Pair = ("Tiêu đề", "Title")
_PUBLISHED: Pair = (
    "Thời điểm đăng, giờ Việt Nam (2023-10-04T15:42:00+07:00); trống nếu không rõ",
    "Time of publication in Vietnam's time (2023-10-04T15:42:00+07:00); null if unknown",
)
_CAPTURE: Pair = ("Mã lần thu thập (captures.id)", "Id of the capture (captures.id)")
_POSITION: Pair = ("Thứ tự trong bài, từ 1", "Place in the article, from 1")

SCHEMA: dict[str, Table] = {
    "articles": Table(
        (
            "Bài viết: nội dung ở lần thu thập mới nhất còn đọc được.",
            "Articles, as the latest readable capture shows them.",
        ),
        {
            "id": (
                "Mã bài, tính từ địa chỉ nên không đổi khi dựng lại kho",
                "Id, computed from the address, so the same after a rebuild",
            ),
            "url": ("Địa chỉ chính thức của bài", "The article's canonical address"),
            "site": _SITE,
            "title": _TITLE,
            "lead": ("Sapo (đoạn mở đầu)", "Lead paragraph"),
            "body": (
                "Toàn văn, mỗi đoạn một dòng, không kể sapo, chú thích ảnh, bảng và chữ ký",
                "Plain text, a paragraph a line, without lead, captions, tables and signature",
            ),
            "byline": ("Chữ ký như in trên bài", "The signature as printed"),
            "author": ("Tên người viết, cách nhau bằng dấu phẩy", "Persons who signed"),
            "unit": (
                "Đơn vị công đoàn ký tên, như “LĐLĐ quận Thốt Nốt”",
                "The union body that signed, such as “LĐLĐ quận Thốt Nốt”",
            ),
            "source": ("Nguồn mà bài dẫn lại, nếu có", "Whom the text was taken from, if anyone"),
            "section": ("Chuyên mục trên trang gốc", "Section of the site"),
            "tags": ("Thẻ của bài, danh sách JSON", "The article's tags, a JSON list"),
            "province": _PROVINCE,
            "province_2025": _PROVINCE_2025,
            "published_at": _PUBLISHED,
            "published_precision": (
                "Ngày đăng rõ đến đâu: minute, day hoặc month",
                "How precise the date is: minute, day or month",
            ),
            "published_evidence": (
                "Ngày lấy từ đâu: visible (in trên trang), structured, url, text",
                "Where the date was found: visible (printed), structured, url, text",
            ),
            "first_seen_at": ("Lần đầu kho thấy bài", "First capture of the article"),
            "last_seen_at": ("Lần cuối bài còn đó", "Last capture that showed it"),
            "last_checked_at": ("Lần cuối kiểm tra", "Last capture of any outcome"),
            "gone_at": ("Lúc thấy bài đã bị gỡ; trống nếu còn", "When it was found taken down"),
            "gone_reason": ("Dấu hiệu bị gỡ: gone, soft_404, ...", "The sign: gone, soft_404, ..."),
            "revisions": ("Số phiên bản đã thấy", "Number of versions seen"),
            "capture_id": (
                "Lần thu thập mà nội dung này được đọc ra (captures.id)",
                "The capture that this content was read from (captures.id)",
            ),
            "language": ("Ngôn ngữ: vi, en, ...", "Language: vi, en, ..."),
            "words": ("Số âm tiết", "Number of words (syllables)"),
            "body_html": ("Toàn văn dạng HTML đã làm sạch", "The whole text as cleaned HTML"),
            "table_text": (
                "Chữ trong các bảng, mỗi hàng một dòng",
                "Text of the tables, a row a line",
            ),
            "variant": (
                "main: trang thường; print: đọc từ trang in",
                "main, or print if read from a print view",
            ),
            "layout": ("Bố cục đã dùng để đọc trang", "The layout that read the page"),
            "extractor": ("Phiên bản bộ đọc", "Version of the extractor"),
            "content_hash": ("SHA-256 của nội dung", "SHA-256 of the content"),
            "fallbacks": (
                "Trường mà bố cục không tìm thấy, phải đọc bằng quy tắc chung, danh sách JSON",
                "Fields that the layout did not find, so that a general rule served; a JSON list",
            ),
        },
    ),
    "revisions": Table(
        ("Các phiên bản của mỗi bài.", "The versions of every article."),
        {
            "article_id": _ARTICLE,
            "number": ("Số thứ tự phiên bản, từ 1", "Number of the version, from 1"),
            "capture_id": _CAPTURE,
            "seen_at": ("Lần đầu thấy phiên bản này", "When this version was first seen"),
            "changed": (
                "Phần đã đổi so với bản trước, danh sách JSON",
                "What differs from the version before, a JSON list",
            ),
            "title": _TITLE,
            "lead": ("Sapo", "Lead"),
            "body": ("Toàn văn", "Text"),
            "byline": ("Chữ ký", "Signature"),
            "published_at": _PUBLISHED,
            "content_hash": ("SHA-256 của nội dung", "SHA-256 of the content"),
        },
    ),
    "captures": Table(
        (
            "Mỗi lần tải một địa chỉ, và nơi lưu nguyên bản trong tệp WARC.",
            "Every exchange with a server, and where its bytes are kept in a WARC file.",
        ),
        {
            "id": ("Mã bản ghi WARC", "WARC record id"),
            "url": ("Địa chỉ đã tải", "Address that was requested"),
            "address": ("Địa chỉ đã chuẩn hóa", "The address in its normal form"),
            "site": _SITE,
            "crawl": ("Lần thu thập (crawls.id)", "The crawl (crawls.id)"),
            "fetched_at": ("Thời điểm tải", "When it was fetched"),
            "status": ("Mã HTTP", "HTTP status"),
            "content_type": ("Content-Type", "Content-Type"),
            "record_type": (
                "response, hoặc revisit khi nội dung như lần trước",
                "response, or revisit where the content was as before",
            ),
            "outcome": (
                "Đọc ra gì: article, listing, gone, ...",
                "What it was: article, gone, ...",
            ),
            "detail": ("Chi tiết", "Detail"),
            "article_id": _ARTICLE,
            "content_hash": ("SHA-256 của bài đọc ra", "SHA-256 of the article read from it"),
            "warc_file": ("Tệp WARC", "WARC file"),
            "warc_offset": ("Vị trí trong tệp (byte)", "Offset in the file, in bytes"),
            "warc_length": ("Độ dài trong tệp (byte)", "Length in the file, in bytes"),
            "payload_digest": ("Mã băm của nội dung tải về", "Digest of the payload"),
            "payload_bytes": ("Số byte của nội dung", "Bytes of the payload"),
            "ip": ("Địa chỉ IP của máy chủ", "IP address of the server"),
            "truncated": ("Bị cắt vì: length, time, disconnect", "Cut off by length, time, ..."),
            "location": ("Địa chỉ chuyển hướng", "Where a redirect led"),
            "leads_to": (
                "Nơi chuyển hướng dẫn đến, đã chuẩn hóa",
                "Where a redirect led, in its normal form",
            ),
            "etag": ("ETag", "ETag"),
            "last_modified": ("Last-Modified", "Last-Modified"),
            "refers_to": (
                "Với revisit: lần thu thập giữ nội dung",
                "Of a revisit: the capture that holds the payload",
            ),
        },
    ),
    "sites": Table(
        ("Các trang tin.", "The sites."),
        {
            "name": ("Tên ngắn", "Short name"),
            "title": ("Tên mà trang tự gọi", "What the site calls itself"),
            "level": (
                "Cấp: province, district, industry, national, newspaper",
                "Level: province, district, industry, national, newspaper",
            ),
            "hosts": ("Tên miền, danh sách JSON", "Host names, a JSON list"),
            "home": ("Trang chủ", "Home page"),
            "province": _PROVINCE,
            "province_2025": _PROVINCE_2025,
            "declared": (
                "1: trang được khai báo; 0: chỉ gặp trong tệp nhập vào",
                "1 if declared, 0 if only met in an imported file",
            ),
        },
    ),
    "provinces": Table(
        (
            "63 tỉnh, thành trước 1/7/2025 và tỉnh, thành mới của chúng.",
            "The 63 provinces before 1 July 2025 and the new ones that hold them.",
        ),
        {"name": _PROVINCE, "name_2025": _PROVINCE_2025},
    ),
    "crawls": Table(
        ("Nhật ký các lần thu thập.", "The log of crawls and imports."),
        {
            "id": ("Mã lần thu thập", "Id of the crawl"),
            "site": _SITE,
            "kind": ("crawl hoặc import", "crawl or import"),
            "started_at": ("Bắt đầu", "Start"),
            "finished_at": ("Kết thúc; trống nếu đang chạy", "End; null while running"),
            "outcome": ("Kết thúc ra sao", "How it ended"),
            "complete": ("1 nếu đã đi hết các danh sách", "1 if every listing was walked"),
            "requests": ("Số yêu cầu", "Requests"),
            "fetched": ("Số câu trả lời", "Answers"),
            "new": ("Bài mới", "New articles"),
            "changed": ("Bài đã đổi", "Changed articles"),
            "unchanged": ("Bài không đổi", "Unchanged articles"),
            "gone": ("Bài đã bị gỡ", "Articles taken down"),
            "unreadable": ("Trang không đọc được", "Pages that gave no article"),
            "errors": ("Yêu cầu thất bại", "Failed requests"),
            "bytes": ("Số byte tải về", "Bytes received"),
            "software": ("Phần mềm", "Software"),
            "detail": ("Vì sao kết thúc như vậy", "Why it ended so"),
        },
    ),
    "schedule": Table(
        (
            "Lịch thu thập: mỗi trang tin lần tới vào lúc nào.",
            "The schedule: when each site is next.",
        ),
        {
            "site": _SITE,
            "times": ("Giờ đã khai báo mà từ đó tính ra", "The declared times it follows from"),
            "next_at": ("Lần tới, kể cả độ lệch", "The next time, jitter included"),
            "due_at": (
                "Đã đến hạn từ lúc này, chưa xong; trống nếu không",
                "Due since then and not done; null if nothing is",
            ),
            "cause": (
                "Vì sao đến hạn: time, caught_up, first, retry, resumed",
                "Why it is due: time, caught_up, first, retry, resumed",
            ),
            "failures": ("Số lần thất bại liên tiếp", "Failures in a row"),
        },
    ),
    "schedule_runs": Table(
        ("Nhật ký của lịch thu thập.", "What the scheduler has run."),
        {
            "id": ("Số thứ tự", "Number"),
            "site": _SITE,
            "due_at": ("Đến hạn lúc", "When it was due"),
            "cause": ("Vì sao chạy", "Why it ran"),
            "started_at": ("Bắt đầu", "Start"),
            "finished_at": ("Kết thúc; trống nếu đang chạy", "End; null while running"),
            "outcome": ("Kết thúc ra sao", "How it ended"),
            "crawl": ("Lần thu thập (crawls.id)", "The crawl (crawls.id)"),
            "detail": ("Chi tiết", "Detail"),
        },
    ),
    "health_states": Table(
        (
            "Tình trạng mỗi trang tin, và đã báo cho người phụ trách chưa.",
            "The state of each site, and whether its owner has been told.",
        ),
        {
            "site": _SITE,
            "word": ("Một từ: current, behind, changed, ...", "A word: current, behind, ..."),
            "reason": ("Lý do", "The reason"),
            "since": ("Từ khi nào", "Since when"),
            "checked_at": ("Lần xem xét gần nhất", "When it was last looked at"),
            "told_word": ("Từ đã báo gần nhất", "The word that was last told"),
            "told_at": ("Lúc báo", "When it was told"),
        },
    ),
    "certificates": Table(
        ("Chứng thư TLS của các máy chủ.", "TLS certificates of the hosts."),
        {
            "host": ("Tên máy chủ", "Host name"),
            "expires_at": ("Hết hạn", "When it expires"),
            "issuer": ("Nơi cấp", "Issuer"),
            "seen_at": ("Thấy lần cuối", "When it was last seen"),
        },
    ),
    "capture_lists": Table(
        (
            "Danh sách bản lưu lấy từ các kho web khác (CDX), và đã nhập đến đâu.",
            "Lists of captures of other web archives (CDX), and how far each is imported.",
        ),
        {
            "source": ("Danh sách lấy từ đâu", "Where the list came from"),
            "file": ("Tệp giữ danh sách", "The file that keeps the list"),
            "sha256": ("SHA-256 của tệp ấy", "SHA-256 of that file"),
            "listed_at": ("Lúc lấy danh sách", "When it was listed"),
            "entries": ("Số dòng", "Lines"),
            "cursor": ("Số dòng đã xong", "Lines done"),
            "fetched": ("Số bản lưu đã lấy", "Captures fetched"),
            "known": ("Số bản lưu đã có từ trước", "Captures that were known"),
            "failed": ("Số bản lưu không lấy được", "Captures that could not be had"),
            "finished_at": ("Xong lúc", "When all was done"),
        },
    ),
    "merged_files": Table(
        (
            "Tệp WARC nhận từ một kho khác của phần mềm này, và lấy từ đâu.",
            "WARC files taken over from another archive of this program, and where from.",
        ),
        {
            "file": ("Tệp trong kho này (warc_files.name)", "The file here (warc_files.name)"),
            "source": ("Kho kia", "The other archive"),
            "name": ("Tên tệp ở kho kia", "Its name there"),
            "sha256": ("SHA-256 của tệp", "SHA-256 of the file"),
            "merged_at": ("Lúc nhận", "When it was taken over"),
        },
    ),
    "fetch_errors": Table(
        ("Những yêu cầu không có câu trả lời.", "Requests that got no answer."),
        {
            "id": ("Số thứ tự", "Number"),
            "crawl": ("Lần thu thập (crawls.id)", "The crawl (crawls.id)"),
            "site": _SITE,
            "url": ("Địa chỉ", "Address"),
            "kind": ("Loại lỗi: dns, tls, timeout, ...", "Kind of failure: dns, tls, timeout, ..."),
            "detail": ("Chi tiết", "Detail"),
            "failed_at": ("Thời điểm", "When"),
        },
    ),
    "article_addresses": Table(
        (
            "Mọi địa chỉ dẫn đến một bài (trang in, địa chỉ cũ, ...).",
            "Every address that leads to an article (print view, former address, ...).",
        ),
        {
            "address": ("Địa chỉ đã chuẩn hóa", "The address in its normal form"),
            "article_id": _ARTICLE,
        },
    ),
    "warc_files": Table(
        ("Các tệp WARC của kho.", "The archive's WARC files."),
        {
            "name": ("Tên tệp", "Path of the file"),
            "crawl": ("Lần thu thập (crawls.id)", "The crawl (crawls.id)"),
            "origin": ("Từ đâu mà có", "Where it came from"),
            "bytes": ("Số byte", "Bytes"),
            "records": ("Số bản ghi", "Records"),
            "sha256": ("SHA-256 của tệp", "SHA-256 of the file"),
        },
    ),
    "images": Table(
        ("Ảnh của bài và chú thích.", "Pictures of the articles, with captions."),
        {
            "article_id": _ARTICLE,
            "position": _POSITION,
            "url": ("Địa chỉ ảnh", "Address of the picture"),
            "caption": ("Chú thích", "Caption"),
            "credit": ("Người chụp hoặc nguồn", "Photographer or source"),
            "alt": ("Chữ thay ảnh", "Alternative text"),
        },
    ),
    "attachments": Table(
        ("Tệp đính kèm của bài.", "Files attached to the articles."),
        {
            "article_id": _ARTICLE,
            "position": _POSITION,
            "url": ("Địa chỉ tệp", "Address of the file"),
            "title": ("Tên hiển thị", "Its name as shown"),
        },
    ),
    "stories": Table(
        (
            "Những tin có nhiều bản: các bài kể cùng một chuyện ở nhiều nơi.",
            "Stories with several copies: articles that tell the same at different places.",
        ),
        {
            "id": ("Mã tin: mã của bài có lẽ là gốc", "Id: that of the probable original"),
            "evidence": (
                "Vì sao bài ấy là gốc: credit (được dẫn), date (đăng sớm nhất), elsewhere",
                "Why it is the original: credit (named by copies), date (first), elsewhere",
            ),
            "copies": ("Số bài, kể cả bài gốc", "Articles, the original included"),
            "sites": ("Số trang", "Sites"),
            "first_at": ("Bài sớm nhất", "The earliest"),
            "last_at": ("Bài muộn nhất", "The latest"),
        },
    ),
    "article_copies": Table(
        ("Bài nào thuộc tin nào.", "Which article belongs to which story."),
        {
            "article_id": _ARTICLE,
            "story_id": ("Mã tin (stories.id)", "Id of the story (stories.id)"),
            "is_original": ("1 nếu có lẽ là bài gốc", "1 for the probable original"),
            "from_original": (
                "Phần chữ của bài này có trong bài gốc, từ 0 đến 1",
                "Share of this text that stands in the original, 0 to 1",
            ),
            "of_original": (
                "Phần chữ của bài gốc có trong bài này, từ 0 đến 1",
                "Share of the original that stands in this text, 0 to 1",
            ),
        },
    ),
    "attachment_texts": Table(
        (
            "Chữ trong tệp đính kèm đã thu thập: mỗi nội dung một dòng.",
            "What captured attachments say: a row for each content.",
        ),
        {
            "id": ("Mã, tính từ digest", "Id, computed from the digest"),
            "payload_digest": (
                "Digest của nội dung (captures.payload_digest)",
                "Digest of the content (captures.payload_digest)",
            ),
            "kind": ("Loại tệp: pdf, docx, xlsx, doc …", "Kind: pdf, docx, xlsx, doc ..."),
            "outcome": (
                "text, hoặc vì sao không có chữ: empty (bản quét), encrypted, unsupported, damaged,"
                " too_large, timeout",
                "text, or why there is none: empty (a scan), encrypted, unsupported, damaged,"
                " too_large, timeout",
            ),
            "detail": ("Chi tiết", "Detail"),
            "pages": ("Số trang hoặc trang tính", "Pages or sheets"),
            "characters": ("Số ký tự", "Characters"),
            "text": ("Chữ trong tệp", "The text"),
            "extractor": ("Phiên bản chương trình đọc", "Version of the reader"),
        },
    ),
    "articles_with_attachment_texts": Table(
        (
            "Tệp đính kèm của bài và chữ của nó, theo lần thu thập mới nhất.",
            "Attachments of articles with their texts, by the latest capture.",
        ),
        {
            "article_id": _ARTICLE,
            "position": _POSITION,
            "url": ("Địa chỉ tệp", "Address of the file"),
            "title": ("Tên hiển thị", "Its name as shown"),
            "capture_id": _CAPTURE,
            "fetched_at": ("Thời điểm thu thập", "When it was captured"),
            "text_id": ("Mã chữ (attachment_texts.id)", "Id of the text (attachment_texts.id)"),
            "kind": ("Loại tệp", "Kind of file"),
            "outcome": ("text, hoặc vì sao không có chữ", "text, or why there is none"),
            "pages": ("Số trang", "Pages"),
            "characters": ("Số ký tự", "Characters"),
        },
        "view",
    ),
    "attachments_fts": Table(
        ("Chỉ mục tìm kiếm chữ trong tệp đính kèm.", "Search index of attachments' texts."),
        {"text": ("Chữ trong tệp", "The text")},
        "index",
    ),
    "copies_pending": Table(
        ("Bài chờ được so với các bài khác.", "Articles that wait to be compared with others."),
        {"article_id": _ARTICLE},
        "count",
    ),
    "copy_keys": Table(
        ("Chỉ mục để tìm bài giống nhau.", "The index that finds similar articles."),
        {"key": ("Khóa MinHash", "MinHash key"), "article_id": _ARTICLE},
        "count",
    ),
    "story_articles": Table(
        (
            "Tin của mỗi bài: count(distinct story_id) đếm tin thay vì đếm bản sao.",
            "The story of every article: count(distinct story_id) counts stories, not copies.",
        ),
        {
            "article_id": _ARTICLE,
            "story_id": ("Mã tin", "Id of the story"),
            "is_original": ("1 nếu có lẽ là bài gốc", "1 for the probable original"),
        },
        "view",
    ),
    "unreadable": Table(
        (
            "Những địa chỉ lẽ ra là bài viết mà không đọc ra bài, kèm lý do.",
            "Addresses that should be articles but gave none, with the reason.",
        ),
        {
            "address": ("Địa chỉ đã chuẩn hóa", "The address in its normal form"),
            "url": ("Địa chỉ đã tải", "Address that was requested"),
            "site": _SITE,
            "reason": ("Lý do: soft_404, challenge, ...", "Reason: soft_404, challenge, ..."),
            "detail": ("Chi tiết", "Detail"),
            "capture_id": _CAPTURE,
            "seen_at": ("Thời điểm", "When"),
        },
    ),
    "article_topics": Table(
        (
            "Chủ đề của bài: chuyên mục và thẻ.",
            "The topics of articles: their section and their tags.",
        ),
        {
            "topic": ("Chủ đề", "Topic"),
            "published_at": ("Thời điểm đăng, trống nếu không rõ", "Time of publication or empty"),
            "article_id": _ARTICLE,
        },
        "count",
    ),
    "month_counts": Table(
        (
            "Số bài theo trang, tỉnh và tháng; luôn khớp với bảng articles.",
            "Articles by site, province and month; kept true to articles by triggers.",
        ),
        {
            "site": _SITE,
            "province": _PROVINCE,
            "province_2025": _PROVINCE_2025,
            "month": _MONTH,
            "articles": _COUNT,
        },
        "count",
    ),
    "unit_counts": Table(
        ("Số bài theo đơn vị ký tên.", "Articles by the union body that signed."),
        {"unit": ("Đơn vị", "Union body"), "articles": _COUNT},
        "count",
    ),
    "topic_counts": Table(
        ("Số bài theo chủ đề.", "Articles by topic."),
        {"topic": ("Chủ đề", "Topic"), "articles": _COUNT},
        "count",
    ),
    "articles_fts": Table(
        (
            "Chỉ mục tìm kiếm không phân biệt dấu: articles_fts match fold('công đoàn').",
            "Full-text index without marks: articles_fts match fold('công đoàn').",
        ),
        {
            name: (f"Chữ của articles.{name}", f"Words of articles.{name}")
            for name in ("title", "lead", "body", "byline", "table_text")
        },
        "index",
    ),
    "articles_exact": Table(
        (
            "Chỉ mục tìm kiếm đúng dấu: articles_exact match '\"công đoàn\"'.",
            "Full-text index with marks: articles_exact match '\"công đoàn\"'.",
        ),
        {
            name: (f"Chữ của articles.{name}", f"Words of articles.{name}")
            for name in ("title", "lead", "body", "byline", "table_text")
        },
        "index",
    ),
    "latest_articles": Table(
        ("Bài mới nhất trước, không kèm toàn văn.", "Newest articles first, without full texts."),
        {
            "id": _ARTICLE,
            "published_at": _PUBLISHED,
            "title": _TITLE,
            "site": _SITE,
            "province": _PROVINCE,
            "province_2025": _PROVINCE_2025,
            "unit": ("Đơn vị ký tên", "Union body that signed"),
            "section": ("Chuyên mục", "Section"),
            "words": ("Số âm tiết", "Words"),
            "revisions": ("Số phiên bản", "Versions"),
            "gone_at": ("Lúc bị gỡ", "When taken down"),
            "url": _URL,
        },
        "view",
    ),
    "articles_by_month": Table(
        ("Số bài và số trang theo tháng.", "Articles and sites by month."),
        {"month": _MONTH, "articles": _COUNT, "sites": ("Số trang có bài", "Sites with articles")},
        "view",
    ),
    "articles_by_province_month": Table(
        ("Số bài theo tỉnh và tháng.", "Articles by province and month."),
        {
            "province": _PROVINCE,
            "province_2025": _PROVINCE_2025,
            "month": _MONTH,
            "articles": _COUNT,
        },
        "view",
    ),
    "province_totals": Table(
        ("Số bài, số trang và thời gian theo tỉnh.", "Articles, sites and period by province."),
        {
            "province": _PROVINCE,
            "province_2025": _PROVINCE_2025,
            "articles": _COUNT,
            "sites": ("Số trang có bài", "Sites with articles"),
            "first_month": ("Tháng đầu tiên có bài", "First month with articles"),
            "last_month": ("Tháng cuối cùng có bài", "Last month with articles"),
        },
        "view",
    ),
    "articles_by_site_year": Table(
        ("Số bài theo trang và năm.", "Articles by site and year."),
        {
            "site": _SITE,
            "year": ("Năm đăng", "Year of publication"),
            "articles": _COUNT,
            "months_with_articles": ("Số tháng có bài", "Months with articles"),
        },
        "view",
    ),
    "changed_articles": Table(
        ("Bài đã sửa sau khi đăng.", "Articles changed after publication."),
        {
            "article_id": _ARTICLE,
            "version": ("Số phiên bản", "Number of the version"),
            "seen_at": ("Lúc thấy thay đổi", "When the change was seen"),
            "changed": ("Phần đã đổi, danh sách JSON", "What changed, a JSON list"),
            "title": ("Tiêu đề hiện nay", "Title now"),
            "title_before": ("Tiêu đề của bản trước", "Title of the version before"),
            "site": _SITE,
            "published_at": _PUBLISHED,
            "url": _URL,
        },
        "view",
    ),
    "gone_articles": Table(
        ("Bài đã bị gỡ khỏi trang gốc.", "Articles taken down at their source."),
        {
            "id": _ARTICLE,
            "gone_at": ("Lúc thấy bị gỡ", "When found taken down"),
            "gone_reason": ("Dấu hiệu", "The sign"),
            "title": _TITLE,
            "site": _SITE,
            "province": _PROVINCE,
            "published_at": _PUBLISHED,
            "first_seen_at": ("Lần đầu thấy", "First seen"),
            "last_seen_at": ("Lần cuối thấy", "Last seen"),
            "days_kept": ("Số ngày từ lần đầu thấy đến lúc gỡ", "Days from first seen to gone"),
            "url": _URL,
        },
        "view",
    ),
    "site_health": Table(
        ("Lần thu thập gần nhất của mỗi trang.", "The latest crawl of every site."),
        {
            "site": _SITE,
            "title": ("Tên trang", "Name of the site"),
            "province": _PROVINCE,
            "started_at": ("Bắt đầu", "Start"),
            "finished_at": ("Kết thúc", "End"),
            "outcome": ("Kết thúc ra sao", "How it ended"),
            "complete": ("1 nếu đã đi hết", "1 if complete"),
            "requests": ("Số yêu cầu", "Requests"),
            "new": ("Bài mới", "New articles"),
            "changed": ("Bài đổi", "Changed articles"),
            "gone": ("Bài bị gỡ", "Taken down"),
            "unreadable": ("Không đọc được", "Gave no article"),
            "errors": ("Yêu cầu thất bại", "Failed requests"),
            "error_percent": ("Phần trăm thất bại", "Per cent of requests that failed"),
        },
        "view",
    ),
    "articles_with_attachments": Table(
        ("Bài có tệp đính kèm.", "Articles with attached files."),
        {
            "id": _ARTICLE,
            "published_at": _PUBLISHED,
            "title": _TITLE,
            "site": _SITE,
            "attachment": ("Tên tệp", "Name of the file"),
            "attachment_url": ("Địa chỉ tệp", "Address of the file"),
        },
        "view",
    ),
}


def markdown() -> str:
    """``docs/schema.md``: every table with its columns, both languages side by side."""
    lines = [
        "# Schema / Lược đồ",
        "",
        "Written from `archive/schema.py` by `python -m archive.schema`; a test keeps both equal,",
        "and equal to the database. Times are Vietnam's, ISO 8601 with `+07:00`; text is NFC.",
    ]
    names = {
        "table": "Tables / Bảng",
        "view": "Views / Khung nhìn",
        "count": "Kept counts / Số đếm sẵn",
        "index": "Full-text indexes / Chỉ mục tìm kiếm",
    }
    for kind, heading in names.items():
        lines += ["", f"## {heading}"]
        for name, table in SCHEMA.items():
            if table.kind != kind:
                continue
            lines += ["", f"### `{name}`", "", f"{table.about[1]}  ", table.about[0], ""]
            lines += ["| column | English | Tiếng Việt |", "|---|---|---|"]
            lines += [f"| `{column}` | {en} | {vi} |" for column, (vi, en) in table.columns.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(markdown(), end="")

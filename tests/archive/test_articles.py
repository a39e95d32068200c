"""The history of articles must not depend on the order in which captures arrive."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archive.articles import save_capture, settle
from archive.database import open_archive, save_site
from archive.records import (
    VIETNAM,
    Article,
    Attachment,
    Byline,
    Capture,
    Image,
    Published,
    Site,
    Unreadable,
)

START = datetime(2024, 5, 1, 8, 0, tzinfo=UTC)
URL = "https://congdoan.example.vn/tin/dai-hoi-12.html"
ADDRESS = "congdoan.example.vn/tin/dai-hoi-12.html"


DERIVED = (
    "captures",
    "articles",
    "article_addresses",
    "revisions",
    "images",
    "attachments",
    "unreadable",
)


def capture(day: int, *, url: str = URL, status: int = 200, **more: Any) -> Capture:
    return Capture(
        id=f"00000000-0000-0000-0000-{day:012d}",
        url=url,
        site="mau",
        crawl=f"crawl-{day}",
        fetched_at=START + timedelta(days=day),
        status=status,
        content_type="text/html",
        record_type="response",
        warc_file="mau.warc.gz",
        offset=day * 1000,
        length=900,
        payload_digest=f"sha1:{day}",
        payload_bytes=800,
        **more,
    )


def article(body: str = "Đại hội đã bầu Ban Chấp hành gồm 15 đồng chí.", **more: Any) -> Article:
    known: dict[str, Any] = {
        "url": URL,
        "title": "Đại hội Công đoàn cơ sở",
        "lead": "Sáng 2/5, Công đoàn cơ sở tổ chức đại hội.",
        "body": body,
        "body_html": f"<p>{body}</p>",
        "published": Published(datetime(2024, 5, 2, tzinfo=VIETNAM), "day", "visible"),
        "byline": Byline("Tin, ảnh: Hà Phong", ("Hà Phong",)),
        "images": (Image("https://congdoan.example.vn/a.jpg", "Quang cảnh đại hội"),),
        "attachments": (Attachment("https://congdoan.example.vn/a.pdf", "Nghị quyết"),),
    }
    return Article(**(known | more))


def archive(path: str = ":memory:") -> Database:
    db = open_archive(Path(path))
    save_site(db, Site("mau", "LĐLĐ tỉnh Mẫu", "province", province="Hải Dương", declared=True))
    return db


def take_in(db: Database, event: tuple[Capture, Article | Unreadable | None]) -> str:
    seen, outcome = event
    address = seen.url.removeprefix("https://")
    save_capture(db, seen, address, seen.location.removeprefix("https://"))
    key = outcome.url.removeprefix("https://") if isinstance(outcome, Article) else ""
    return settle(db, seen, address, outcome, extractor="test", article_address=key, expected=True)


def everything(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    return {table: sorted(db.execute(f"select * from {table}").fetchall()) for table in DERIVED}


def test_a_first_reading_fills_every_table() -> None:
    db = archive()
    assert take_in(db, (capture(1), article())) == "new"
    row = next(iter(db["articles"].rows))
    assert row["title"] == "Đại hội Công đoàn cơ sở"
    assert row["province"] == "Hải Dương"
    assert row["province_2025"] == "Hải Phòng"
    assert row["published_at"] == "2024-05-02T00:00:00+07:00"
    assert row["published_precision"] == "day"
    assert row["first_seen_at"] == row["last_seen_at"] == "2024-05-02T15:00:00+07:00"
    assert db["images"].count == db["attachments"].count == db["revisions"].count == 1


def test_an_edit_is_a_second_revision_and_names_what_changed() -> None:
    db = archive()
    take_in(db, (capture(1), article()))
    assert take_in(db, (capture(3), article("Ban Chấp hành gồm 17 đồng chí."))) == "changed"
    assert take_in(db, (capture(4), article("Ban Chấp hành gồm 17 đồng chí."))) == "unchanged"
    revisions = list(db["revisions"].rows_where(order_by="number"))
    assert [json.loads(row["changed"]) for row in revisions] == [[], ["body"]]
    row = next(iter(db["articles"].rows))
    assert row["revisions"] == 2
    assert "17" in row["body"]
    assert row["first_seen_at"] < row["last_seen_at"]


@pytest.mark.parametrize(
    ("absent", "outcome", "reason"),
    [
        (capture(9, status=404), Unreadable("http_error", "404"), "gone"),
        (capture(9, status=410), Unreadable("http_error", "410"), "gone"),
        (capture(9), Unreadable("soft_404"), "soft_404"),
        (capture(9, status=302, location="https://congdoan.example.vn/"), None, "redirect_home"),
    ],
)
def test_a_takedown_is_kept_with_its_evidence(
    absent: Capture, outcome: Unreadable | None, reason: str
) -> None:
    db = archive()
    take_in(db, (capture(1), article()))
    assert take_in(db, (absent, outcome)) == "gone"
    row = next(iter(db["articles"].rows))
    assert row["gone_reason"] == reason
    assert row["gone_at"] == "2024-05-10T15:00:00+07:00"
    assert row["body"]
    take_in(db, (capture(10), article()))
    assert next(iter(db["articles"].rows))["gone_at"] is None


def test_a_server_error_or_a_bot_check_is_no_takedown() -> None:
    db = archive()
    take_in(db, (capture(1), article()))
    take_in(db, (capture(2, status=503), Unreadable("http_error", "503")))
    take_in(db, (capture(3), Unreadable("challenge", "D1N")))
    row = next(iter(db["articles"].rows))
    assert row["gone_at"] is None
    assert row["last_checked_at"] == row["first_seen_at"]
    assert db["unreadable"].count == 0


def test_an_article_that_never_came_leaves_its_reason_until_it_comes() -> None:
    db = archive()
    assert take_in(db, (capture(1), Unreadable("challenge", "D1N"))) == "unreadable"
    assert next(iter(db["unreadable"].rows))["reason"] == "challenge"
    take_in(db, (capture(2), article()))
    assert db["unreadable"].count == 0
    assert db.execute("select count(*) from captures where article_id is null").fetchone() == (0,)


def test_a_main_view_outranks_a_print_view() -> None:
    db = archive()
    printed = article("In ra: bản in.", variant="print")
    take_in(db, (capture(1, url=URL + "?print=1"), printed))
    assert take_in(db, (capture(2), article())) == "unchanged"
    take_in(db, (capture(3, url=URL + "?print=1"), printed))
    row = next(iter(db["articles"].rows))
    assert (row["variant"], row["revisions"]) == ("main", 1)
    assert "15" in row["body"]
    assert db["article_addresses"].count == 2


def test_the_index_finds_folded_words_and_forgets_replaced_ones() -> None:
    db = archive()

    def found(word: str) -> int:
        sql = "select rowid from articles_fts where articles_fts match ?"
        return len(db.execute(sql, [word]).fetchall())

    take_in(db, (capture(1), article("Liên đoàn hỗ trợ đoàn viên ở Đắk Lắk.")))
    assert [found("doan"), found("dak"), found("lien")] == [1, 1, 1]
    take_in(db, (capture(2), article("Khác hẳn.")))
    assert [found("dak"), found("khac")] == [0, 1]


def test_a_moved_article_is_one_article_with_one_history() -> None:
    db = archive()
    moved = URL.replace("/tin/", "/chuyen-muc/")
    take_in(db, (capture(1), article()))
    take_in(db, (capture(5, status=301, location=moved), None))
    take_in(db, (capture(6, url=moved), article("Đã bổ sung.", url=moved)))
    (row,) = db["articles"].rows
    assert (row["url"], row["revisions"], row["gone_at"]) == (moved, 2, None)
    assert row["first_seen_at"].startswith("2024-05-02")
    assert {a["address"] for a in db["article_addresses"].rows} == {
        ADDRESS,
        moved.removeprefix("https://"),
    }
    assert db["images"].count == 1
    assert [row["number"] for row in db["revisions"].rows] == [1, 2]


def test_a_redirect_to_a_notice_swallows_nothing() -> None:
    db = archive()
    notice = "https://congdoan.example.vn/thong-bao-1.html"
    take_in(db, (capture(1), article()))
    take_in(
        db,
        (
            capture(2, url=notice),
            article("Trang đã ngừng hoạt động.", url=notice, title="Thông báo", lead=""),
        ),
    )
    take_in(db, (capture(3, status=302, location=notice), None))
    assert db["articles"].count == 2


EVENTS: list[tuple[Capture, Article | Unreadable | None]] = [
    (capture(0, status=404), Unreadable("http_error", "404")),
    (capture(1, url=URL + "?print=1"), article("Bản in.", variant="print")),
    (capture(2), article()),
    (capture(3), article()),
    (capture(4), article("Đã sửa.")),
    (capture(5, status=304), None),
    (capture(6), article(images=())),
    (capture(7), Unreadable("challenge")),
    (capture(8, status=404), Unreadable("http_error", "404")),
    (capture(9, status=302, location="https://congdoan.example.vn/"), None),
    (capture(10, url=URL + "x"), Unreadable("no_body")),
    (capture(11, url=URL + "x"), Unreadable("soft_404")),
    (replace(capture(12), url=URL + "y"), article("Địa chỉ khác.", url=URL + "z")),
    (capture(13, status=301, location=URL + "z"), None),
    (capture(14, url=URL + "w", status=301, location=URL), None),
]


@settings(max_examples=60, deadline=None)
@example(order=[14, 12, 13, *range(12)], repeated=0)
@given(st.permutations(range(len(EVENTS))), st.integers(0, len(EVENTS) - 1))
def test_any_order_gives_the_same_rows(order: list[int], repeated: int) -> None:
    straight, shuffled = archive(), archive()
    for event in EVENTS:
        take_in(straight, event)
    for index in [*order, repeated]:
        take_in(shuffled, EVENTS[index])
    assert everything(shuffled) == everything(straight)
    straight.close()
    shuffled.close()


PRINT = "https://congdoan.example.vn/in/12"
CONTESTED = [
    (capture(0, url=PRINT), article("Bản in của bài thứ nhất.", variant="print")),
    (capture(1, url=PRINT), article("Bản in khác.", url=URL + "z", variant="print")),
    (capture(2, url=PRINT), article("Bài ở chính địa chỉ này.", url=PRINT, title="Bài khác")),
    (capture(3, url=PRINT, status=304), None),
    (capture(4, url=PRINT, status=301, location=URL), None),
    (capture(5, url=PRINT, status=404), Unreadable("http_error", "404")),
    (capture(6), article()),
]


@pytest.mark.parametrize(
    ("happened", "owner"),
    [
        ((0, 2), PRINT),
        ((0, 1, 3), URL + "z"),
        ((0, 1, 2, 3), PRINT),
        ((0, 1, 3, 5, 6), URL + "z"),
        ((0, 4, 6), URL),
        ((1, 4, 6), URL + "z"),
        ((4, 6), URL),
    ],
)
def test_a_contested_address_is_its_own_articles_or_of_the_last_one_read_there(
    happened: tuple[int, ...], owner: str
) -> None:
    wanted: dict[str, Any] | None = None
    for order in permutations(happened):
        db = archive()
        for number in order:
            take_in(db, CONTESTED[number])
        (led,) = db.execute(
            "select url from article_addresses join articles on articles.id = article_id"
            " where address = 'congdoan.example.vn/in/12'"
        ).fetchone()
        assert led == owner, order
        rows = everything(db)
        assert rows == (wanted := wanted or rows), order
        db.close()


PLACES = [f"https://congdoan.example.vn/tin/noi-{number}.html" for number in range(4)]
STORIES = [
    {"title": "Tết sum vầy", "body": "Đoàn viên về quê.\nXe chở miễn phí."},
    {"title": "Tết sum vầy năm nay", "body": "Đoàn viên về quê.\nXe chở từ sáng."},
    {"title": "Hội nghị", "body": "Hội nghị tổng kết công tác năm."},
]


def happening(day: int, kind: str, at: int, of: int, story: int) -> tuple[Capture, Any]:
    """What was captured at a place that day: a reading of it or of another, or its absence."""
    if kind in ("main", "print"):
        read = article(**STORIES[story], url=PLACES[of], variant=kind)
        return capture(day, url=PLACES[at]), read
    if kind == "redirect":
        return capture(day, url=PLACES[at], status=301, location=PLACES[of]), None
    if kind == "again":
        return capture(day, url=PLACES[at], status=304), None
    if kind == "gone":
        return capture(day, url=PLACES[at], status=404), Unreadable("http_error", "404")
    return capture(day, url=PLACES[at]), Unreadable("no_body")


def as_it_came(told: list[tuple[str, int, int, int]]) -> list[tuple[Capture, Any]]:
    return [happening(day, *each) for day, each in enumerate(told)]


ABSENT = st.sampled_from(["again", "gone", "nothing"])
PLACE = st.integers(0, len(PLACES) - 1)
STORY = st.integers(0, len(STORIES) - 1)
ABSENCE = st.tuples(ABSENT, PLACE, PLACE, STORY)
READING = st.tuples(st.sampled_from(["main", "print"]), PLACE, PLACE, STORY)
OWN = PLACE.map(lambda place: ("main", place, place, 0))
ONWARD = st.integers(0, len(PLACES) - 2).map(lambda place: ("redirect", place, place + 1, 0))
"""Each place leads to one other, and none back."""
APART = st.tuples(st.sampled_from(["main", "print"]), PLACE, st.integers(0, 2)).map(
    lambda read: (*read, read[2])
).filter(lambda read: read[3] != 1)  # fmt: skip
"""Articles that tell stories of their own."""


def times_shuffled(told: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A history, and an order in which it becomes known."""
    return st.lists(told, min_size=2, max_size=7).flatmap(
        lambda history: st.tuples(st.just(history), st.permutations(range(len(history))))
    )


@settings(max_examples=120, derandomize=True, deadline=None)
# A print view of another article stood where this one is read, and both tell the same story.
@example(([("print", 0, 1, 0), ("main", 0, 0, 0)], [1, 0]))
@example(([("main", 0, 1, 0), ("print", 1, 2, 0), ("main", 1, 1, 1)], [2, 1, 0]))
# What was answered where a redirect came to stand belongs to the article that it leads to.
@example(([("again", 0, 0, 0), ("redirect", 0, 1, 0), ("main", 1, 1, 0)], [2, 0, 1]))
# The redirect leads from an address of an article to another address of the same.
@example(([("redirect", 0, 1, 0), ("main", 0, 1, 0), ("main", 0, 0, 0)], [2, 0, 1]))
@given(
    times_shuffled(READING | ABSENCE)
    | times_shuffled(APART | ABSENCE | ONWARD)
    | times_shuffled(OWN | ABSENCE | ONWARD)
)
def test_any_history_is_the_same_in_whatever_order_it_becomes_known(
    case: tuple[list[tuple[str, int, int, int]], list[int]],
) -> None:
    """What docs/architecture.md promises: without redirects always; with them, where an address
    leads to one other and none in a circle, for different stories, and for articles of one story
    that are read at their own addresses only."""
    history, order = case
    events = as_it_came(history)
    straight, shuffled = archive(), archive()
    for event in events:
        take_in(straight, event)
    for index in order:
        take_in(shuffled, events[index])
    assert everything(shuffled) == everything(straight)
    straight.close()
    shuffled.close()


def test_an_article_read_where_a_print_view_of_another_stood_is_one_of_its_own() -> None:
    for order in permutations(as_it_came([("print", 0, 1, 0), ("main", 0, 0, 0)])):
        db = archive()
        for event in order:
            take_in(db, event)
        assert {row["url"] for row in db["articles"].rows} == set(PLACES[:2])
        assert db.execute("select count(*) from article_addresses").fetchone() == (2,)
        db.close()

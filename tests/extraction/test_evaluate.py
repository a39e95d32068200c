"""The measuring script: it reads gold in its three forms, scores, and holds the floors."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from archive.records import VIETNAM, Page, Unreadable
from benchmarks.extraction import LAYERS, without
from crawler.evaluation.evaluate import ALL, check_floors, evaluate, evaluate_cases, main, ours
from crawler.evaluation.gold import Case, GoldArticle, GoldImage, persons_of, read_cases
from crawler.evaluation.scoring import Reading, compare, score

TESTS = Path(__file__).parent.parent
FLOORS = TESTS / "floors.json"
NOW = datetime(2024, 11, 12, tzinfo=VIETNAM)
PAGE = Page("http://a.vn/1", b"", NOW)
TEXT = "Hội nghị đã nghe báo cáo kết quả\nvà bàn phương hướng thời gian tới."


def test_the_goldens_hold_their_floors() -> None:
    scores = evaluate([TESTS / "sites", TESTS / "families"])
    assert check_floors(scores, FLOORS) == []
    assert set(json.loads(FLOORS.read_text(encoding="utf-8"))) >= {ALL, "lang_son", "nukeviet"}


def test_a_fall_below_a_floor_is_named_and_floors_only_rise(tmp_path: Path) -> None:
    case = Case("x", "p", "article", PAGE, GoldArticle("http://a.vn/1", "T", TEXT))
    good = evaluate_cases([case], lambda page: Reading(TEXT, "T", url="http://a.vn/1"))
    bad = evaluate_cases([case], lambda page: Reading("khác hẳn", "U", url="http://a.vn/2"))
    file = tmp_path / "floors.json"
    assert check_floors(bad, file, raise_them=True) == []
    assert check_floors(good, file) == []
    assert check_floors(good, file, raise_them=True) == []
    held = file.read_text(encoding="utf-8")
    fallen = check_floors(bad, file, raise_them=True)
    assert any(line.startswith("x: f1 ") for line in fallen)
    assert any(line.startswith("x: title ") for line in fallen)
    assert file.read_text(encoding="utf-8") == held


@pytest.mark.parametrize(
    ("gold", "text", "precision", "recall"),
    [
        ("a b c d e", "a b c d e", 1.0, 1.0),
        ("a b c d e", "a b c d", 1.0, 0.5),
        ("a b c d", "a b c d e", 0.5, 1.0),
        ("a b c d e", "", 0.0, 0.0),
        ("a b", "a b", 1.0, 1.0),
        ("", "", 0.0, 1.0),
    ],
)
def test_shingles(gold: str, text: str, precision: float, recall: float) -> None:
    assert compare(gold, text) == (precision, recall)


def test_a_page_is_scored_field_by_field() -> None:
    gold = GoldArticle(
        "http://www.a.vn/1/",
        "Tiêu đề",
        TEXT,
        published="2019-07-15T08:42:00+07:00",
        persons=("Mai Lan",),
        images=(GoldImage("http://a.vn/i.jpg", "Quang cảnh"), GoldImage("http://a.vn/j.jpg")),
    )
    case = Case("x", "p", "article", PAGE, gold)
    reading = Reading(
        f"{TEXT}\nLượt truy cập: 12 người trong hôm nay",
        "Tiêu  đề",
        "2019-07-15T08:42:00+07:00",
        ("Mai Lan", "Admin"),
        (("http://a.vn/i.jpg", "Quang cảnh"), ("http://a.vn/x.png", "")),
        "http://a.vn/1",
    )
    found = score(case, reading)
    assert found.title
    assert found.date
    assert found.address
    assert not found.byline
    assert found.invented
    assert found.images == (1, 2, 1)
    assert found.aliens == ("Lượt truy cập: 12 người trong hôm nay",)
    assert 0.5 < found.precision < 1.0 == found.recall


def test_missed_and_false_articles_are_counted() -> None:
    article = Case("x", "p", "article", PAGE, GoldArticle("http://a.vn/1", "T", TEXT))
    listing = Case("x", "q", "listing", PAGE, None)
    none = Reading.of(Unreadable("listing"))
    scores = evaluate_cases([article, listing], lambda page: none)["x"]
    assert (len(scores.pages), len(scores.missed), len(scores.false), scores.others) == (0, 1, 0, 1)
    assert scores.recall == 0.0
    scores = evaluate_cases([listing], lambda page: Reading(TEXT, "T"))["x"]
    assert len(scores.false) == 1
    with pytest.raises(ValueError, match="no article"):
        score(listing, none)


@pytest.mark.parametrize(
    ("author", "persons"),
    [
        (None, ()),
        ("Mai Lan", ("Mai Lan",)),
        ("Mai Lan – Văn Bình", ("Mai Lan", "Văn Bình")),
        ("LĐLĐ huyện Sông Lam", ()),
        ("MAI LAN; VĂN BÌNH", ("MAI LAN", "VĂN BÌNH")),
    ],
)
def test_persons_of(author: str | None, persons: tuple[str, ...]) -> None:
    assert persons_of(author) == persons


def test_a_recorded_site_is_read(tmp_path: Path) -> None:
    html = (TESTS / "families/nukeviet/egov.html").read_bytes()
    answer = json.loads((TESTS / "families/nukeviet/egov.json").read_text(encoding="utf-8"))
    url = answer["url"]
    wanted = answer["article"]
    rows = [
        {
            "url": url,
            "page_type": "article",
            "status": 200,
            "title": wanted["title"],
            "lead": wanted["lead"],
            "body": wanted["body"],
            "lead_in_body": False,
            "published": wanted["published"],
            "author": wanted["byline"]["persons"][0],
            "signature": [wanted["byline"]["text"]],
            "images": [{"src": i["url"], "caption": i["caption"]} for i in wanted["images"]],
            "table_rows": [],
            "attachments": [],
        },
        {"url": f"{url}?in=1", "page_type": "print", "status": 200, "article_url": url},
        {"url": "http://congdoan.havan.test/", "page_type": "home", "status": 200},
        {"url": "http://congdoan.havan.test/a.jpg", "page_type": "image", "status": 200},
    ]
    (tmp_path / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    records = b""
    for row in rows:
        body = html if row["page_type"] in ("article", "print") else b"<html><p>x</p></html>"
        payload = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
        records += (
            (
                f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {row['url']}\r\n"
                "WARC-Date: 2024-11-12T02:00:00Z\r\nWARC-Record-ID: <urn:uuid:0>\r\n"
                f"Content-Type: application/http; msgtype=response\r\n"
                f"Content-Length: {len(payload)}\r\n\r\n"
            ).encode()
            + payload
            + b"\r\n\r\n"
        )
    (tmp_path / "site.warc").write_bytes(records)
    cases = list(read_cases([tmp_path]))
    assert [case.kind for case in cases] == ["article", "print", "home"]
    scores = evaluate_cases(cases, ours())[ALL]
    assert (len(scores.pages), scores.f1, scores.aliens, len(scores.false)) == (2, 1.0, 0, 0)
    assert (scores.title, scores.date, scores.byline, scores.images) == (1.0, 1.0, 1.0, 1.0)


def test_a_manifest_is_read(tmp_path: Path) -> None:
    for name in ("recorded", "gold"):
        (tmp_path / name).mkdir()
    (tmp_path / "recorded/a.html").write_text("<html><title>T</title><p>x</p></html>")
    gold = {"title": "T", "date": "2026-03-07", "author": None, "sapo": "S", "body": "B\nC"}
    (tmp_path / "gold/a.json").write_text(json.dumps(gold))
    rows = [
        {"file": "recorded/a.html", "page_kind": "article", "url": "http://a.vn/1",
         "commit_date": "2026-03-08", "gold_ours": "gold/a.json"},
        {"file": "recorded/a.html", "page_kind": "list", "host": "a.vn"},
    ]  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps(rows))
    article, listing = read_cases([tmp_path])
    assert article.article is not None
    assert article.article.text == "S\nB\nC"
    assert article.page.fetched_at.date().isoformat() == "2026-03-08"
    assert listing.article is None


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    floors = tmp_path / "floors.json"
    folder = str(TESTS / "sites" / "lang_son")
    assert main([folder, "--no-baselines", "--floors", str(floors), "--raise-floors"]) == 0
    assert "lang_son" in capsys.readouterr().out
    held = json.loads(floors.read_text(encoding="utf-8"))
    held["lang_son"]["f1"] = 1.5
    floors.write_text(json.dumps(held), encoding="utf-8")
    assert main([folder, "--no-baselines", "--floors", str(floors)]) == 1
    assert "below its floor" in capsys.readouterr().out


def test_the_baselines_run() -> None:
    from crawler.evaluation.evaluate import plain_trafilatura, readability

    cases = [c for c in read_cases([TESTS / "families" / "wordpress"]) if c.kind == "article"][:2]
    for extractor in (plain_trafilatura, readability):
        assert evaluate_cases(cases, extractor)[ALL].recall > 0.3


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_can_be_taken_away_to_be_measured(layer: str) -> None:
    cases = [case for case in read_cases([TESTS / "sites"]) if case.kind == "article"][:2]
    with without(*LAYERS[layer]):
        assert evaluate_cases(cases, ours(True))[ALL].f1 > 0.5

"""Attachments are read, within limits, and what they say is found."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.attachments.documents import DocumentText, clean, extract_text, kind_of
from archive.attachments.texts import bounded_text, read_attachments
from archive.records import Attachment
from archive.vietnamese.tcvn3 import from_tcvn3, looks_like_tcvn3
from tests.archive.office_files import compound, doc, docx, pdf, xlsx
from tests.archive.small_archive import HOST, SmallArchive, reply

SAID = "Nghị quyết Đại hội Công đoàn tỉnh: 12.000 đoàn viên, 98% cơ sở."


@pytest.mark.parametrize(
    ("kind", "data", "pages"),
    [
        ("pdf", pdf(SAID), 1),
        ("pdf", pdf("Trang một", SAID, compress=False), 2),
        ("docx", docx("Mở đầu", SAID), 0),
        ("docx", docx("Mở đầu", rows=[["TT", "Nội dung"], ["1", SAID]]), 0),
        ("xlsx", xlsx([["TT", "Nội dung"], [1, SAID], [None, 2.5]]), 1),
        ("doc", doc("Mở đầu\r", SAID), 0),
    ],
)
def test_documents_are_read(kind: str, data: bytes, pages: int) -> None:
    found = extract_text(data)
    assert (found.kind, found.outcome, found.pages) == (kind, "text", pages)
    assert SAID in found.text


def test_tables_and_fields_of_old_word_files() -> None:
    data = doc(
        "TT\x07T\u00ean\x071\x07LĐLĐ huyện\x07\x07Xem \x13 HYPERLINK x \x14tại đây\x15.\r",
        b"Plain 1997 text\x0c\x01",
    )
    assert extract_text(data).text == "TT\tTên\t1\tLĐLĐ huyện\nXem tại đây.\nPlain 1997 text"


def test_texts_from_before_unicode() -> None:
    old = "NghÞ quyÕt §¹i héi C«ng ®oµn c¬ së, kho¸ tr\u00adíc".encode("cp1252")
    text = extract_text(doc(old)).text
    assert "Đại hội" in text and "cơ sở" in text and "trước" in text
    assert extract_text(docx("§¹i héi", font=".VnTime")).text == "Đại hội"
    assert extract_text(docx("§ 5 © 2024", font="Arial")).text == "§ 5 © 2024"


@given(st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệ ", max_size=80))
def test_unicode_is_never_taken_for_tcvn3(text: str) -> None:
    assert not looks_like_tcvn3(text)
    assert from_tcvn3(clean("abc")) == "abc"


@pytest.mark.parametrize(
    ("data", "kind", "outcome"),
    [
        (b"", "", "unsupported"),
        (b"<html>%PDF</html>", "", "unsupported"),
        (b"%PDF-1.7 nonsense", "pdf", "damaged"),
        (pdf(""), "pdf", "empty"),
        (pdf(SAID)[:-200], "pdf", "damaged"),
        (docx(""), "docx", "empty"),
        (docx(SAID)[:-300], "zip", "unsupported"),
        (doc(SAID, encrypted=True), "doc", "encrypted"),
        (doc(SAID, version=0x0065), "doc", "damaged"),
        (doc(SAID)[:2000], "ole", "unsupported"),
        (compound({"Workbook": b"x"}), "xls", "unsupported"),
        (compound({"EncryptedPackage": b"x"}), "", "encrypted"),
        (b"{\\rtf1 x}", "rtf", "unsupported"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, kind: str, outcome: str) -> None:
    found = extract_text(data)
    assert (found.kind, found.outcome) == (kind, outcome), found


ZIPPED = docx(SAID)


def zip_fields(data: bytes) -> list[int]:
    """Where the fixed fields of a ZIP stand: of its entries, its list of them, and its end."""
    sizes = {b"PK\x03\x04": 30, b"PK\x01\x02": 46, b"PK\x05\x06": 22}
    return sorted(
        {
            found.start() + at
            for mark, size in sizes.items()
            for found in re.finditer(re.escape(mark), data)
            for at in range(size)
        }
    )


def with_byte(data: bytes, at: int, value: int) -> bytes:
    changed = bytearray(data)
    changed[at] = value
    return bytes(changed)


def small_zip() -> bytes:
    """What its names make a docx, and as good as nothing in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", "<x/>")
    return out.getvalue()


FUTURE_ZIP = with_byte(ZIPPED, ZIPPED.rfind(b"PK\x01\x02") + 6, 99)
"""Its list of files says that version 9.9 of the format is needed."""


@pytest.mark.parametrize("value", [0, 1, 99, 127, 255])
def test_no_field_of_a_zip_raises(value: int) -> None:
    data = small_zip()
    assert kind_of(data) == "docx"
    for at in zip_fields(data):
        bad = with_byte(data, at, value)
        assert kind_of(bad) in ("docx", "zip", ""), at
        assert extract_text(bad).outcome in ("damaged", "unsupported"), at


def test_a_zip_of_a_version_to_come() -> None:
    assert bounded_text(FUTURE_ZIP) == DocumentText("zip", "unsupported")


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([pdf(SAID), ZIPPED, xlsx([[SAID]]), doc(SAID)]),
    st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=30
    ),
    st.floats(0, 1),
)
def test_damaged_documents_raise_nothing(
    data: bytes, changes: list[tuple[float, int]], kept: float
) -> None:
    bad = bytearray(data)
    for where, value in changes:
        # Half of them where a ZIP and a PDF keep their tables: at the end.
        at = int(where * len(bad)) if value % 2 else len(bad) - 1 - int(where * min(300, len(bad)))
        bad[at] = value
    cut = len(bad) if kept > 0.3 else max(1, int(3 * kept * len(bad)))
    found = bounded_text(bytes(bad[:cut]))
    assert found.outcome in ("text", "empty", "encrypted", "unsupported", "damaged", "too_large")
    assert "ended with" not in found.detail


def bomb() -> bytes:
    """A docx that is small and unpacks to 900 MB."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as entry,
    ):
        for _ in range(900):
            entry.write(bytes(1 << 20))
    return out.getvalue()


def test_a_bomb_is_refused() -> None:
    found = extract_text(bomb())
    assert (found.outcome, found.kind) == ("damaged", "docx")
    assert "unpacks" in found.detail


def test_memory_is_bounded() -> None:
    rows: list[list[object]] = [[SAID + str(at)] * 8 for at in range(6_000)]
    found = bounded_text(xlsx(rows), memory=120 << 20, seconds=30)
    assert found.outcome in ("too_large", "damaged")
    assert "Memory" in found.detail or "memory" in found.detail


def test_time_is_bounded() -> None:
    slow = bounded_text(pdf(*[SAID * 60] * 1000), seconds=1)
    assert (slow.kind, slow.outcome) == ("pdf", "timeout")


def test_a_process_of_its_own_gives_the_same_text() -> None:
    assert bounded_text(docx(SAID)) == extract_text(docx(SAID))


def test_what_attachments_say_is_found(tmp_path: Path) -> None:
    with SmallArchive(tmp_path) as small:
        attached = (
            Attachment(f"{HOST}/nq.pdf", "Nghị quyết"),
            Attachment(f"{HOST}/kh.docx", "Kế hoạch"),
            Attachment(f"{HOST}/mat.pdf", "Không thu thập"),
        )
        small.page("/tin.html", "<p>Tin</p>", body="Tin.", attachments=attached)
        small.capture(f"{HOST}/nq.pdf", reply(pdf(SAID), "application/octet-stream"))
        small.capture(f"{HOST}/nq.pdf", reply(pdf(SAID), "application/octet-stream"))
        small.capture(f"{HOST}/kh.docx", reply(docx("Kế hoạch Tháng Công nhân"), "text/html"))
        small.capture(f"{HOST}/khac.pdf", reply(pdf("Không ai dẫn"), "application/pdf"))
        done = read_attachments(small.db, tmp_path)
        assert done.outcomes == {"text": 2}
        assert read_attachments(small.db, tmp_path).documents == 0
        query = (
            "select title, kind from articles_with_attachment_texts where text_id in"
            " (select rowid from attachments_fts where attachments_fts match ?)"
        )
        assert small.db.execute(query, ["dai hoi"]).fetchall() == [("Nghị quyết", "pdf")]
        assert small.db.execute(query, ["cong nhan"]).fetchall() == [("Kế hoạch", "docx")]
        with small.db.conn:
            small.db.execute("update attachment_texts set extractor = 'cũ'")
        assert read_attachments(small.db, tmp_path).documents == 2
        small.db.execute("insert into attachments_fts (attachments_fts) values ('integrity-check')")
        assert len(small.db.execute(query, ["dai hoi"]).fetchall()) == 1
        (tmp_path / "warc").rename(tmp_path / "elsewhere")
        with small.db.conn:
            small.db.execute("delete from attachment_texts")
        lost = read_attachments(small.db, tmp_path)
        assert lost.outcomes == {"not_given": 2}
        (tmp_path / "elsewhere").rename(tmp_path / "warc")
        assert read_attachments(small.db, tmp_path).outcomes == {"text": 2}


def test_kinds_go_by_the_bytes() -> None:
    assert kind_of(b"junk\n%PDF-1.3") == "pdf"
    assert kind_of(b"PK\x03\x04") == "zip"


def test_one_hostile_document_stops_no_other(tmp_path: Path) -> None:
    with SmallArchive(tmp_path) as small:
        attached = (
            Attachment(f"{HOST}/la.docx", "Tệp lạ"),
            Attachment(f"{HOST}/nq.pdf", "Nghị quyết"),
        )
        small.page("/tin.html", "<p>Tin</p>", body="Tin.", attachments=attached)
        small.capture(f"{HOST}/la.docx", reply(FUTURE_ZIP, "application/msword"))
        small.capture(f"{HOST}/nq.pdf", reply(pdf(SAID), "application/pdf"))
        done = read_attachments(small.db, tmp_path)
        assert done.outcomes == {"unsupported": 1, "text": 1}
        assert read_attachments(small.db, tmp_path).documents == 0

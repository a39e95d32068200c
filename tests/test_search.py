"""The query language: what it means, what it refuses, and that nothing else ever happens."""

from __future__ import annotations

import sqlite3
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.search.query import parse, parse_plainly
from archive.search.syntax import And, In, Or, Phrase, QueryError
from archive.vietnamese.folding import fold_stroke
from archive.vietnamese.spelling import comparable, fold, has_marks, spellings


def words(text: str) -> list[str]:
    return parse(text).words


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("đoàn viên", '("đoàn" OR "đòan") AND "viên"'),
        ("doan vien", '"doan" AND "vien"'),
        ("ĐOAN", '"đoan"'),
        ('"lao động" nữ', '"lao động" AND "nữ"'),
        ("“lao động”", '"lao động"'),
        ("a AND b", '"a" AND "b"'),
        ("a OR b c", '"a" OR ("b" AND "c")'),
        ("a NOT b", '"a" NOT "b"'),
        ("a AND NOT b", '"a" NOT "b"'),
        ("a -b -c", '"a" NOT ("b" OR "c")'),
        ("(a OR b) c", '("a" OR "b") AND "c"'),
        ("bieu*", '"bieu" *'),
        ('"tap the"*', '"tap the" *'),
        ("title:hop", '{title} : ("hop")'),
        ("tieude:(hop OR tac)", '{title} : ("hop" OR "tac")'),
        ("12:30", '"12 30"'),
        ("105/KH-LDLD", '"105 kh ldld"'),
        ("and or not", '"and" AND "or" AND "not"'),
        ("a - b", '"a" AND "b"'),
        ("hòa", '("hòa" OR "hoà")'),
        ("hoà", '("hoà" OR "hòa")'),
        ('"hoà bình"', '("hoà bình" OR "hòa bình")'),
        ("o'clock", '"o clock"'),
    ],
)
def test_what_a_query_means(text: str, expression: str) -> None:
    query = parse(text)
    assert query.fts() == expression


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ('công "đoàn', "unclosed_quote", 5),
        ("(a b", "unclosed_bracket", 0),
        ("a) b", "unopened_bracket", 1),
        ("AND a", "operator_alone", 0),
        ("a OR", "operator_alone", 4),
        ("a AND", "operator_alone", 5),
        ("a NOT", "operator_alone", 5),
        ("a OR OR b", "operator_alone", 5),
        ("-a", "only_excluded", 0),
        ("NOT a", "only_excluded", 0),
        ("title:", "field_alone", 0),
        ("()", "no_words", 1),
        ("", "no_words", 0),
        ("!!! ...", "no_words", 0),
        ("x" * 700, "too_long", 600),
        ("a " * 60, "too_many_terms", 0),
        ("(" * 40 + "a" + ")" * 40, "too_deep", 21),
        ("công a*", "short_prefix", 5),
        ('"lao đ"*', "short_prefix", 0),
    ],
)
def test_what_is_refused(text: str, code: str, at: int) -> None:
    with pytest.raises(QueryError) as error:
        parse(text)
    assert (error.value.code, error.value.at) == (code, at)


def test_the_tree() -> None:
    assert parse("a b -c").root == And((Phrase(("a",)), Phrase(("b",))), (Phrase(("c",)),))
    assert parse("a OR title:b").root == Or((Phrase(("a",)), In("title", Phrase(("b",)))))


def test_marks_anywhere_make_a_query_exact() -> None:
    assert not parse("cong doan tinh").exact
    assert parse("công doan").exact
    assert parse("dak Đak").exact
    assert parse(unicodedata.normalize("NFD", "công đoàn")).fts() == parse("công đoàn").fts()


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("hòa", {"hòa", "hoà"}),
        ("thỏa", {"thỏa", "thoả"}),
        ("quý", {"quý", "qúy"}),
        ("đoàn", {"đoàn", "đòan"}),
        ("thuế", {"thuế", "thúê"}),
        ("năm", {"năm"}),
        ("hoa", {"hoa"}),
        ("LĐLĐ", {"lđlđ"}),
    ],
)
def test_places_of_the_tone_mark(word: str, forms: set[str]) -> None:
    assert set(spellings(word)) == forms


def test_fold_and_marks() -> None:
    assert fold("Đắk Lắk, QUỐC LỘ") == "dak lak, quoc lo"
    assert has_marks("tư") and has_marks("đ") and not has_marks("cong doan 12")
    pattern = parse("cong doan").marks()
    text = "Công đoàn và cộng đồng"
    found = [m.group() for m in pattern.finditer(comparable(text, exact=False))]
    assert found == ["cong", "doan", "cong"]
    exact = parse("hoà").marks()
    assert [m.group() for m in exact.finditer(comparable("HÒA hoà hoa hóa", exact=True))] == [
        "hòa",
        "hoà",
    ]


def test_the_plain_reading_of_a_broken_query() -> None:
    plain = parse_plainly('(cong "doan AND')
    assert plain is not None
    assert plain.words == ["cong", "doan"]
    assert parse_plainly("()!") is None


@pytest.fixture(scope="module")
def index() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "create virtual table t using fts5 (title, lead, body, byline,"
        ' tokenize="unicode61 remove_diacritics 2")'
    )
    connection.execute("insert into t (title) values ('cong doan')")
    return connection


ALPHABET = st.sampled_from([*"abđôàệ \"“()*:-ANDORNT\u0301\x00\u200b'{}^+.\n", "title:", " OR "])


@settings(max_examples=600)
@given(st.one_of(st.text(max_size=80), st.lists(ALPHABET, max_size=40).map("".join)))
def test_any_text_is_understood_or_refused_and_never_breaks_sqlite(
    index: sqlite3.Connection, text: str
) -> None:
    try:
        query = parse(text)
    except QueryError as error:
        assert 0 <= error.at <= max(len(text), 600)
        plain = parse_plainly(text)
        if plain is None:
            return
        query = plain
    for exact in (False, True):
        index.execute("select 1 from t where t match ?", (query.fts(exact),)).fetchall()
        query.marks(exact).search(comparable(text, exact))


SAID = st.lists(
    st.sampled_from(["công", "đoàn", "cong", "doan", "hoà", "hòa", "lao", "động,", "“động", "12"]),
    max_size=12,
).map(" ".join)
ASKED = st.lists(
    st.sampled_from(
        ["cong", "công", "đoàn", "hòa", '"lao động"', '"cong doan"', "do*", "lao*", "OR", "-cong",
         "-đoàn", "title:hòa", "(lao", "dong)", "12"]
    ),
    min_size=1,
    max_size=6,
).map(" ".join)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(ASKED, SAID, SAID)
def test_reading_an_article_gives_the_answer_of_the_index(
    asked: str, title: str, body: str
) -> None:
    try:
        query = parse(asked)
    except QueryError:
        return
    for exact in (False, True):
        connection = sqlite3.connect(":memory:")
        connection.execute(
            "create virtual table t using fts5 (title, lead, body, byline,"
            f' tokenize="unicode61 remove_diacritics {0 if exact else 2}")'
        )
        texts = {"title": title, "body": body}
        shown = [text if exact else fold_stroke(text) for text in texts.values()]
        connection.execute("insert into t (title, body) values (?, ?)", shown)

        def indexed(match: str, connection: sqlite3.Connection = connection) -> bool:
            return bool(connection.execute("select 1 from t where t match ?", (match,)).fetchall())

        found = indexed(query.fts(exact))
        assert query.matches(texts, exact) is found
        if found:
            assert all(indexed(word) for word in query.necessary(exact))
        connection.close()


@given(st.text(max_size=200))
def test_comparable_keeps_every_offset(text: str) -> None:
    assert len(comparable(text, exact=False)) == len(text)
    assert len(comparable(text, exact=True)) == len(text)

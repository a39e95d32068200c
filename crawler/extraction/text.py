"""From bytes to text, and from any text to clean Unicode lines.

A page's own word about its charset is often wrong, so valid UTF-8 is believed before any
declaration, and between one-byte tables the Vietnamese that comes out decides.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

from archive.vietnamese.legacy_tables import TCVN3, VNI
from crawler.extraction.syllables import is_syllable
from crawler.extraction.viqr import ASKS_RE, TOKEN_RE, from_viqr, has_viqr_marks, viqr_token

_SAMPLE_WORDS = 400
_INVISIBLE_RE = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ue000-\uf8ff\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_LONE_RE = re.compile("[\ud800-\udfff]")
_SHAPE_RE = re.compile("[\u0302\u0306\u031b]")
_LATE_SHAPE_RE = re.compile("([\u0300\u0301\u0303\u0309\u0323])([\u0302\u0306\u031b])")


_PLAIN = (
    " -~\u00a1-\u00ac\u00ae-\u017f\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9\u2010-\u2027\u2030-\u203a"
    "\u20ab\u20ac\u2116\u2122\u2190-\u21ff\u25a0-\u25ff"
)
"""Characters that are visible, composed and no white space but a plain space: nearly all text."""
_PLAIN_RE = re.compile(f"[{_PLAIN}]*")
_SPACED_RE = re.compile(f"[\t-\r\u00a0{_PLAIN}]*")


def clean_line(text: str) -> str:
    """One line of readable text: NFC, single spaces, nothing invisible, stripped.

    Soft hyphens go, and they are a letter in TCVN3: call ``convert_legacy`` first.

    >>> clean_line("  Công\u00a0đoàn \u200b cơ sở\\n")
    'Công đoàn cơ sở'
    """
    if _PLAIN_RE.fullmatch(text):
        return text.strip() if "  " not in text else " ".join(text.split())
    if _SPACED_RE.fullmatch(text):
        return " ".join(text.split())
    if _INVISIBLE_RE.search(text):
        text = _INVISIBLE_RE.sub("", text)
    return " ".join(_compose(text).split())


def _compose(text: str) -> str:
    if unicodedata.is_normalized("NFC", text) and not _SHAPE_RE.search(text):
        return text
    # A tone typed before the circumflex cannot compose: put the shape of the letter first.
    spelled = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", _LATE_SHAPE_RE.sub(r"\2\1", spelled))


# --- bytes -----------------------------------------------------------------------------------


def decode_html(body: bytes, content_type: str = "") -> str:
    """Decode the bytes of a page, with any Content-Type header, to text. Never raises.

    Order of evidence: byte order mark; valid UTF-8, whatever was declared; UTF-16 by its zero
    bytes; damaged UTF-8 that is still mostly UTF-8; the one-byte table whose words are
    Vietnamese; the declared charset. NULs are removed and lone surrogates replaced. Vietnamese
    out of windows-1258, which carries tones as separate marks, is composed to NFC.
    """
    text = _decode(body, content_type)
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text


_CHUNK = 1 << 14


def is_marked(body: bytes) -> bool:
    """Whether bytes have what no parser should read: a byte order mark, or NULs as in UTF-16."""
    return b"\x00" in body or body.startswith(codecs.BOM_UTF8)


def is_whole_utf8(body: bytes) -> bool:
    """Whether a parser may read bytes as UTF-8 just as they are.

    They are valid to the end, and not marked (``is_marked``). Decoded piece by piece, and nothing
    kept: a page's whole text takes twice the room, and few pages are ever asked for it.
    """
    if is_marked(body):
        return False
    view = memoryview(body)
    place, size = 0, len(body)
    try:
        while place < size:
            last = place + _CHUNK >= size
            place += codecs.utf_8_decode(view[place : place + _CHUNK], "strict", last)[1]
    except UnicodeDecodeError:
        return False
    return True


def _decode(body: bytes, content_type: str) -> str:
    encoding, bom = read_bom(body)
    if encoding and bom:
        return body[len(bom) :].decode(encoding, "replace")
    if body.isascii() and b"\x00" not in body:
        return body.decode("ascii")
    wide = _wide_without_bom(body)
    if wide:
        return body.decode(wide, "replace")
    try:
        text, used = codecs.utf_8_decode(body, "strict", False)
    except UnicodeDecodeError:
        pass
    else:
        # An answer cut inside a character is still UTF-8.
        return text if used == len(body) else text + "\ufffd"
    return _LONE_RE.sub("\ufffd", _decode_not_utf8(body, content_type))


def _wide_without_bom(body: bytes) -> str:
    head = body[:512]
    if len(head) < 8 or head.count(0) < len(head) // 3:
        return ""
    if head[1::2].count(0) > 2 * head[::2].count(0):
        return "utf-16-le"
    if head[::2].count(0) > 2 * head[1::2].count(0):
        return "utf-16-be"
    return ""


_BAD_BYTE_RE = re.compile("[\udc80-\udcff]")


def _decode_not_utf8(body: bytes, content_type: str) -> str:
    escaped = body.decode("utf-8", "surrogateescape")
    bad = sum(1 for _ in _BAD_BYTE_RE.finditer(escaped))
    good = len(body) - len(escaped)  # continuation bytes that found their place
    if good >= bad:
        return _BAD_BYTE_RE.sub(_stray_byte, escaped)
    declared = (
        http_content_type_encoding(content_type or None) or html_body_declared_encoding(body) or ""
    )
    best = _best_table(body)
    if best:
        text = body.decode(best, "replace")
        return _compose(text) if best == "cp1258" else text
    if declared and declared not in ("utf-8", "cp1252", "iso8859-1", "latin-1", "ascii"):
        try:
            return _compose(body.decode(declared, "replace"))
        except (LookupError, UnicodeError):
            pass
    return _windows_1252(body)


def _stray_byte(match: re.Match[str]) -> str:
    byte = bytes([ord(match.group()) - 0xDC00])
    # Quotes, dashes and spaces pasted from a one-byte text are clear; letters are not.
    return byte.decode("cp1252", "replace") if byte < b"\xc0" else "\ufffd"


def _windows_1252(body: bytes) -> str:
    # As browsers do: the five bytes that windows-1252 leaves open become control characters.
    text = body.decode("cp1252", "surrogateescape")
    return _BAD_BYTE_RE.sub(lambda m: chr(ord(m.group()) - 0xDC00), text)


_HIGH_WORD_RE = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")


def _best_table(body: bytes) -> str:
    """The one-byte table in which most of the accented words are Vietnamese; "" if none is."""
    words: list[bytes] = []
    for match in _HIGH_WORD_RE.finditer(body):
        words.append(match.group())
        if len(words) == _SAMPLE_WORDS:
            break
    if not words:
        return ""
    scores = {
        "cp1258": _share([_compose(word.decode("cp1258", "replace")) for word in words]),
        "cp1252": max(
            _share(_tcvn3(" ".join(_windows_1252(word) for word in words)).split()),
            _share(_vni(" ".join(_windows_1252(word) for word in words)).split()),
        ),
    }
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= 0.6 else ""


def _share(words: list[str]) -> float:
    return sum(map(is_syllable, words)) / len(words) if words else 0.0


# --- text in older encodings -----------------------------------------------------------------

_UNICODE_VIETNAMESE_RE = re.compile("[ĂăĐđĨĩŨũƠơƯư\u0300\u0301\u0303\u0309\u0323Ạ-ỹ]")
_LATIN_1_RE = re.compile("[\u00a1-\u00ff]")
_WORD_RE = re.compile("[A-Za-z\u00a1-\u00ff]*[\u00a1-\u00ff][A-Za-z\u00a1-\u00ff]*")
_PLAIN_WORD_RE = re.compile("[A-Za-z]+")
_TCVN3_TABLE = str.maketrans(TCVN3)
_VNI_RE = re.compile("|".join(sorted(map(re.escape, VNI), key=len, reverse=True)))
_MOJIBAKE_RE = re.compile("[ÃÄÆÅÂ][\u0080-\u00bf]|[áâ][º»€]|Ä[‘‚ƒ]|Æ[°¡]")


def convert_legacy(text: str) -> str:
    """Turn a text block written in TCVN3, VNI or VIQR into Unicode; any other text as it is.

    Also repairs UTF-8 that was read as windows-1252 ("Ä‘oÃ n") and the Icelandic "Ð" that old
    keyboards typed for "Đ". A block is converted only where most of its accented words are no
    Vietnamese syllables as they stand and nearly all of them are once converted; a block that
    holds any letter that only Unicode Vietnamese has is never converted.

    >>> convert_legacy("TiÕng ViÖt rÊt hay"), convert_legacy("Tieáng Vieät raát hay")
    ('Tiếng Việt rất hay', 'Tiếng Việt rất hay')
    """
    if text.isascii():
        return from_viqr(text) if "^" in text or "+" in text or "(" in text else text
    if "^" in text and not _LATIN_1_RE.search(text) and not _UNICODE_VIETNAMESE_RE.search(text):
        return from_viqr(text)  # Between typographic quotes.
    if _UNICODE_VIETNAMESE_RE.search(text):
        return _eth(text) if "Ð" in text or "\u0189" in text else text
    if not _LATIN_1_RE.search(text):
        return text
    if _MOJIBAKE_RE.search(text):
        repaired = _from_mojibake(text)
        if repaired:
            return repaired
    return _from_one_byte(text)


def legacy_kind(text: str) -> str:
    """The older encoding in which a text is written: "tcvn3", "vni", "viqr"; "" for none of them.

    >>> legacy_kind("TiÕng ViÖt rÊt hay"), legacy_kind("Công đoàn cơ sở")
    ('tcvn3', '')
    """
    if _UNICODE_VIETNAMESE_RE.search(text):
        return ""
    converted = convert_legacy(text)
    if converted == text:
        return ""
    if not _LATIN_1_RE.search(text):
        return "viqr"
    return next((kind for kind in ("tcvn3", "vni") if spell(text, kind) == converted), "")


def may_be_legacy(text: str) -> bool:
    """Whether a piece of text can be part of a block of which ``legacy_kind`` names a kind.

    Such a block has a marked word that is no syllable as it stands, or the marks of VIQR.
    """
    if _UNICODE_VIETNAMESE_RE.search(text):
        return False
    if not _LATIN_1_RE.search(text):
        return has_viqr_marks(text)
    return _MOJIBAKE_RE.search(text) is not None or not all(
        map(is_syllable, _WORD_RE.findall(text))
    )


def spell(text: str, kind: str) -> str:
    """A text of which ``legacy_kind`` is known in Unicode. A text in Unicode stays as it is."""
    if _UNICODE_VIETNAMESE_RE.search(text):
        return text
    if kind == "tcvn3":
        return _tcvn3(text)
    if kind == "vni":
        return _vni(text)
    return TOKEN_RE.sub(
        lambda token: viqr_token(
            token[0], text[token.end() : token.end() + 3], ASKS_RE.search(text) is not None
        ),
        text,
    )


def is_spelled(text: str, kind: str) -> bool:
    """Whether a short text can be of a kind that the page around it is: nearly all its words
    are syllables once converted, and at least one of its marked words is none as it stands.
    """
    words = [word for word in re.findall(r"[^\s\d,;:()\[\]\"!|/–-]+", text) if word.strip(".?'`~^")]
    changed = [(word, spell(word, kind)) for word in words]
    changed = [(word, made.strip(".?")) for word, made in changed if made != word]
    wrong = sum(not is_syllable(word) for word, _ in changed)
    right = sum(map(is_syllable, (made for _, made in changed)))
    return bool(changed) and 2 * wrong >= len(changed) and right >= 0.85 * len(changed)


def _eth(text: str) -> str:
    return text.replace("Ð", "Đ").replace("\u0189", "Đ")


def _from_mojibake(text: str) -> str:
    raw = bytearray()
    # "à" is C3 A0 in UTF-8, and its second byte has often become an ordinary space on the way.
    for char in text.replace("Ã ", "Ã\u00a0"):
        try:
            raw += char.encode("cp1252")
        except UnicodeEncodeError:
            if ord(char) > 0xFF:
                return ""
            raw.append(ord(char))
    try:
        repaired = raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    words = [word for word in re.findall(r"\w+", repaired) if not word.isascii()]
    return repaired if words and _share(words) >= 0.6 else ""


def _tcvn3(text: str) -> str:
    # Capital fonts draw the codes of small letters: what else of the word is capital tells.
    return _CAPITALS_RE.sub(lambda word: word[0].upper(), text.translate(_TCVN3_TABLE))


_CAPITALS_RE = re.compile(
    r"(?<![^\W\d_])(?=(?:[^\W\d_]*[A-Z]){2})(?![^\W\d_]*[a-z])[^\W\d_]{3,}(?![^\W\d_])"
)


def _vni(text: str) -> str:
    return _VNI_RE.sub(lambda match: VNI[match.group()], text)


_ABBREVIATED_RE = re.compile("(?=.{0,5}$)[A-Z\u00a1-\u00ff]*[A-Z][A-Z\u00a1-\u00ff]*")


def _from_one_byte(text: str) -> str:
    # Symbols that stand alone (©, ®, «, ·) and units beside a number (5µm) are no words.
    words = [
        match.group()
        for match in _WORD_RE.finditer(text)
        if any("a" <= char.lower() <= "z" for char in match.group())
        and not text[max(match.start() - 1, 0) : match.start()].isdigit()
    ]
    if not words:
        return text
    # Abbreviations ("Q§") are no syllables in any encoding.
    words = [w for w in words if not _ABBREVIATED_RE.fullmatch(w)][:_SAMPLE_WORDS] or words
    wrong = sum(not is_syllable(word) for word in words)
    if wrong * 2 < len(words):
        return text
    if len(words) == 1:
        others = _PLAIN_WORD_RE.findall(_WORD_RE.sub(" ", text))
        if not others or not all(map(is_syllable, others)):
            return text
    for convert in (_tcvn3, _vni):
        right = sum(is_syllable(convert(word)) for word in words)
        if right >= 0.85 * len(words) and right > len(words) - wrong:
            return convert(text)
    return text

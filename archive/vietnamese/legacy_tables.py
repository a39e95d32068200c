"""Character tables of Vietnamese encodings older than Unicode: TCVN3, VNI and VIQR.

Text in these encodings reaches web pages as the characters that windows-1252 shows for their
bytes, because readers were expected to have fonts that drew those bytes as Vietnamese letters.
Sources: TCVN 5712:1993 (set VN3, "ABC" fonts), the VNI for Windows code chart, RFC 1456 (VIQR).
"""

from __future__ import annotations

import unicodedata

_TONES = {
    "grave": "\u0300",
    "acute": "\u0301",
    "tilde": "\u0303",
    "hook": "\u0309",
    "dot": "\u0323",
}


def _letter(base: str, tone: str) -> str:
    return unicodedata.normalize("NFC", base + tone)


# TCVN3: the order of the tones in the code page is grave, hook, tilde, acute, dot.
_TCVN3_ROWS = {
    "a": "µ¶·¸¹",
    "ă": "»¼½¾Æ",
    "â": "ÇÈÉÊË",
    "e": "ÌÎÏÐÑ",
    "ê": "ÒÓÔÕÖ",
    "i": "×ØÜÝÞ",
    "o": "ßáâãä",
    "ô": "åæçèé",
    "ơ": "êëìíî",
    "u": "ïñòóô",
    "ư": "õö÷øù",
    "y": "úûüýþ",
}
_TCVN3_ORDER = [_TONES[name] for name in ("grave", "hook", "tilde", "acute", "dot")]

TCVN3: dict[str, str] = {
    **dict(zip("¡¢£¤¥¦§¨©ª«¬\u00ad®", "ĂÂÊÔƠƯĐăâêôơưđ", strict=True)),
    **{
        code: _letter(base, tone)
        for base, codes in _TCVN3_ROWS.items()
        for code, tone in zip(codes, _TCVN3_ORDER, strict=True)
    },
}
"""One windows-1252 character to one letter. Toned capitals have no codes of their own: capital
fonts draw the codes of the small letters, so "ViÖt NAM" and "VIÖT NAM" carry the same "Ö"."""

# VNI: a base letter followed by a mark that carries circumflex or breve and tone at once.
_VNI_PLAIN = {"acute": "ù", "grave": "ø", "hook": "û", "tilde": "õ", "dot": "ï"}
_VNI_CIRCUMFLEX = {"": "â", "acute": "á", "grave": "à", "hook": "å", "tilde": "ã", "dot": "ä"}
_VNI_BREVE = {"": "ê", "acute": "é", "grave": "è", "hook": "ú", "tilde": "ü", "dot": "ë"}
_VNI_SINGLE = {
    "í": "í",
    "ì": "ì",
    "æ": "ỉ",
    "ó": "ĩ",
    "ò": "ị",
    "î": "ỵ",
    "ñ": "đ",
    "ô": "ơ",
    "ö": "ư",
}


def _vni() -> dict[str, str]:
    table = dict(_VNI_SINGLE)
    for base, written in (
        ("a", "a"),
        ("e", "e"),
        ("o", "o"),
        ("u", "u"),
        ("y", "y"),
        ("ơ", "ô"),
        ("ư", "ö"),
    ):
        for name, mark in _VNI_PLAIN.items():
            if (base, name) != ("y", "dot"):
                table[written + mark] = _letter(base, _TONES[name])
    for base, letter in (("a", "â"), ("e", "ê"), ("o", "ô")):
        for name, mark in _VNI_CIRCUMFLEX.items():
            table[base + mark] = _letter(letter, _TONES.get(name, ""))
    for name, mark in _VNI_BREVE.items():
        table["a" + mark] = _letter("ă", _TONES.get(name, ""))
    for code, letter in list(table.items()):
        table[code.upper()] = letter.upper()
        if len(code) == 2:
            # Keyboards in capitals for the base and not for the mark are common in titles.
            table[code[0].upper() + code[1]] = letter.upper()
    return table


VNI: dict[str, str] = _vni()
"""One or two windows-1252 characters to one letter; the longer sequence is to be tried first."""

VIQR_SHAPES = {
    "a^": "â",
    "a(": "ă",
    "e^": "ê",
    "o^": "ô",
    "o+": "ơ",
    "u+": "ư",
    "o*": "ơ",
    "u*": "ư",
}
VIQR_TONES = {"'": "\u0301", "`": "\u0300", "?": "\u0309", "~": "\u0303", ".": "\u0323"}
"""Marks that RFC 1456 writes after the vowel; "dd" stands for đ."""

"""The shape of a Vietnamese syllable: which strings of letters can be one.

Written Vietnamese is a closed system: an onset out of about thirty, a rime out of about a hundred
and sixty, and one of six tones. That makes a cheap and strict test of whether characters were
decoded with the right table, and of whether a word can be part of a Vietnamese name.
"""

from __future__ import annotations

import re
import unicodedata

TONES = "\u0300\u0301\u0303\u0309\u0323"
"""Combining grave, acute, tilde, hook above and dot below, the five written tones."""

_TONE_RE = re.compile(f"[{TONES}]")

_ONSETS = "ngh|nh|ng|gh|gi|kh|ch|ph|qu|th|tr|b|c|d|đ|g|h|k|l|m|n|p|r|s|t|v|x"

_RIME_LIST = """
a ac ach ai am an ang anh ao ap at au ay
ă ăc ăm ăn ăng ăp ăt
â âc âm ân âng âp ât âu ây
e ec em en eng eo ep et
ê êch êm ên ênh êp êt êu
i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu iê
o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet
oc oi om on ong ooc oong op ot
ô ôc ôi ôm ôn ông ôp ôt
ơ ơi ơm ơn ơp ơt
u ua uâng uân uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt uô up ut uơ uy uya
uych uynh uyên uyêt uynh uyt uyu uyn uyp
ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
y yêm yên yêng yêt yêu ych ynh yt
"""

_SYLLABLE_RE = re.compile(
    f"(?:{_ONSETS})?(?:{'|'.join(sorted(set(_RIME_LIST.split()), key=len, reverse=True))})"
)
_GI_RE = re.compile("g(?:i|in|im|ia|iêng|iêc|iên|iêt|iêm|iêp|iêu|ip|it|iu)")


def toneless(word: str) -> tuple[str, str]:
    """Split a word into lower-case letters without tone and its tone marks.

    >>> toneless("Việt") == ("viêt", "\u0323")
    True
    """
    spelled = unicodedata.normalize("NFD", word.lower())
    marks = "".join(_TONE_RE.findall(spelled))
    return unicodedata.normalize("NFC", _TONE_RE.sub("", spelled)), marks


_STOPS = ("c", "p", "t", "ch")


def is_syllable(word: str) -> bool:
    """Whether one word, in any case, can be a Vietnamese syllable.

    Tone rules are part of the test: at most one tone, and a syllable that ends in a stop
    (c, ch, p, t) takes the acute or the dot below only, once it is written with a diacritic.

    >>> [is_syllable(word) for word in ("nghiêng", "Quỳnh", "Gìn", "TiÕng", "clean", "được")]
    [True, True, True, False, False, True]
    """
    if not word or len(word) > 8:
        return False
    plain, marks = toneless(word)
    if len(marks) > 1:
        return False
    if not (_SYLLABLE_RE.fullmatch(plain) or _GI_RE.fullmatch(plain)):
        return False
    return not (marks and marks in "\u0300\u0303\u0309" and plain.endswith(_STOPS))

"""Blocks of a container made into an article's text: noise out, lead and signature apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from archive.records import Attachment, Byline
from crawler.extraction.blocks import Block, is_attachment
from crawler.extraction.boilerplate import cuts_here, is_context_only, kind_of_clean
from crawler.extraction.bylines import read_signature
from crawler.extraction.going_on import resumes
from crawler.extraction.info_lines import lead_heading
from crawler.extraction.judge import Verdict, key
from crawler.extraction.set_apart import stands_apart
from crawler.extraction.text import clean_line

MIN_LEAD = 40
"""Characters that a first paragraph needs to serve as lead where none is marked."""
_BEGINNING = 16
"""Characters by which a line is told from the title."""
_TITLES = 2
"""How often the title is printed again above the text: whole, and broken over lines."""
MIN_REPEAT = 40
"""Characters from which a second printing of a paragraph is a repetition and no coincidence."""

_ATTACHED = re.compile(
    r"^\W*(?:(?:các )?(?:file|tệp|tập tin|văn bản|tài liệu|toàn văn)\s*(?:tin\s*)?(?:đính|kèm|gửi)|"
    r"(?:tải|download|xem) (?:file|tệp|văn bản|tài liệu|toàn văn|về))",
    re.I,
)
_OPEN_ENDS = ("...", "…", "]")
_ELLIPSIS = re.compile(r"\s*(?:\.{3,}|…|\[(?:\.{3}|…)\])$")
_QUOTES = ("“", '"', "”", "«", "‘", "'", "-", "–")
_SENTENCE_END = re.compile(r"[.!?…:;][”\"»)\]]*$")
_NAMELESS = re.compile(
    r"^(?:tại đây|ở đây|tải về|tải xuống|download|xem|xem chi tiết|chi tiết|xem tại đây|file|"
    r"file đính kèm|tệp đính kèm|tập tin|here|click here|link)\W*$",
    re.I,
)
_POINTS = re.compile(
    r"^[\W_]*(?:(?:(?:có thể )?(?:bạn|mời bạn) (?:quan tâm|đọc)|(?:xem|đọc) (?:thêm|tiếp)|"
    r"(?:tin|bài)(?: viết)? liên quan|liên quan)\W+|[>»›]\W*)",
    re.I,
)
"""What stands before a link to another article on its line: ">> Xem thêm:"."""
_SOURCED = re.compile(r"(?:theo(?! dõi| dòng)|nguồn(?: tin)?\s*:)\s+\S.{0,60}$", re.I)
"""A line that says whom a text was taken from, often by a link to it."""
_FILE_LABEL = re.compile(
    r"^(?:tập tin|tệp|file|tải về|download|đính kèm)\s*(?:đính kèm)?\s*:\s*", re.I
)


@dataclass(slots=True)
class Text:
    """An article's blocks, cleaned. ``lead`` is apart only where the text has one."""

    lead: list[Block]
    blocks: list[Block]
    signature: Byline


def clean_blocks(
    blocks: Sequence[Block],
    title: str,
    drop_text: Sequence[str] = (),
    judge: Callable[[], Verdict] | None = None,
) -> list[Block]:
    """Blocks without boilerplate, related links, the title printed again and repetitions.

    ``judge`` is asked, once, only when a block looks like chrome: the block goes unless the
    verdict keeps it. Without a judge a block that looks like chrome goes.
    """
    kept = _without_boilerplate(list(blocks), drop_text)
    kept = _without_chrome(kept, judge)
    for _ in range(_TITLES):
        rest = _without_title(kept, title)
        if rest is kept:
            break
        kept = rest
    return _without_repeats(kept)


def split_text(blocks: list[Block], marked: list[Block]) -> Text:
    """Take signature and lead apart. ``marked`` are blocks that the site itself marks as lead."""
    marked = [
        block
        for block in marked
        if block.text and not (block.text.endswith(_OPEN_ENDS) and _is_teaser(block, blocks))
    ]
    lead, rest = _marked_lead(marked) if marked else ([], [])
    above = [block.text for block in lead[-1:]]
    blocks, signature = _take_signature([*rest, *blocks], above)
    if lead:
        said = [*(block.text for block in lead), " ".join(block.text for block in lead)]
        blocks = [block for block in blocks if not _says_again(block, said)]
        blocks = _without_repeats(_without_teaser(blocks, lead))
        return Text(lead, blocks, signature)
    for index, block in enumerate(blocks):
        if not block.text:
            if block.kind == "table":
                break
            continue
        lead_heading((block,))
        below = [later for later in blocks[index + 1 :] if later.text or later.kind == "table"]
        if _serves_as_lead(block) and below and not (block.quote and below[0].quote):
            return Text([block], blocks[:index] + blocks[index + 1 :], signature)
        break
    return Text([], blocks, signature)


def _says_again(block: Block, said: list[str]) -> bool:
    length = len(block.text)
    return length > 0 and any(
        abs(len(text) - length) < 20 and key(text) == key(block.text) for text in said
    )


def attachments_of(blocks: Sequence[Block]) -> list[Attachment]:
    """Documents that the text links to, with the text of the link or of its line as title."""
    found: dict[str, Attachment] = {}
    for block in blocks:
        if block.kind == "file":
            found.setdefault(block.url, Attachment(block.url, file_title(block.html, block.url)))
        for url, text in block.links:
            if is_attachment(url):
                title = file_title(text, url, "" if len(block.links) > 1 else block.text)
                known = found.get(url)
                if known is None or not known.title:
                    found[url] = Attachment(url, title)
    return list(found.values())


def file_title(text: str, url: str, line: str = "") -> str:
    """A name for a linked document: the link's text, else its line, else the file's name."""
    title = clean_line(_FILE_LABEL.sub("", clean_line(text)))
    if title and not _NAMELESS.match(title):
        return title
    rest = clean_line(_FILE_LABEL.sub("", line.replace(text, "") if text else line)).strip(
        " :.()-–"
    )
    if len(rest) >= 8:
        return rest
    return url.partition("?")[0].rpartition("/")[2]


# -- noise ------------------------------------------------------------------------------------


def _without_boilerplate(blocks: list[Block], drop_text: Sequence[str]) -> list[Block]:
    patterns = [re.compile(pattern) for pattern in drop_text]
    total = sum([len(block.text) for block in blocks])
    noise: dict[int, bool] = {}
    before = resumed = 0
    for index, block in enumerate(blocks):
        text = block.text
        before += len(text)
        if not text:
            continue
        kind = kind_of_clean(text)
        # Readers may write more than the article says, under a heading that says whose it is.
        theirs = block.kind == "heading" and not block.linked and before >= 3 * MIN_REPEAT
        if (
            kind
            and cuts_here(text)
            and (before >= 0.5 * total or before >= 1500 or (theirs and kind == "comments"))
            and not (kind == "related" and resumed < _RESUMES and resumes(blocks, index))
        ):
            blocks = blocks[:index]
            break
        resumed += bool(kind == "related")
        if block.links and any(is_attachment(url) for url, _ in block.links):
            continue
        if patterns and any(p.fullmatch(text) for p in patterns):
            noise[index] = True
        elif kind:
            noise[index] = not is_context_only(text)
    if not noise:
        return blocks
    # "Hình ảnh" may be a subheading: it is noise only beside other noise or at the end.
    lines = [index for index, block in enumerate(blocks) if block.text]
    for place, index in (*reversed([*enumerate(lines)]), *enumerate(lines)):
        if noise.get(index) is False:
            beside = lines[max(place - 1, 0) : place] + lines[place + 1 : place + 2]
            noise[index] = place == len(lines) - 1 or any(noise.get(i) for i in beside)
    return [block for index, block in enumerate(blocks) if not noise.get(index)]


def _without_chrome(blocks: list[Block], judge: Callable[[], Verdict] | None) -> list[Block]:
    suspects = [block for block in blocks if _looks_like_chrome(block)]
    if not suspects:
        return blocks
    # Several titles on one line are a list of other articles, whatever a verdict says.
    sure = {id(b) for b in suspects if len(b.links) > 1 or _points_elsewhere(b)}
    for above, below in pairwise(block for block in blocks if block.text):
        if _names_another(above) and _names_another(below):
            sure |= {id(above), id(below)}
    verdict = judge() if len(sure) < len(suspects) and judge is not None else None
    gone = {
        id(block)
        for block in suspects
        if id(block) in sure or not (verdict and verdict.keeps(block.text))
    }
    return [block for block in blocks if id(block) not in gone]


def _looks_like_chrome(block: Block) -> bool:
    """A line that is nothing but a link to another page, as related titles and menus are."""
    if not block.links or not block.text or block.kind == "table":
        return False
    if any(is_attachment(url) or url.startswith("mailto:") for url, _ in block.links):
        return False
    if _ATTACHED.match(block.text) or _SOURCED.match(block.text):
        return False
    if len(block.text) > 300:
        return False
    return block.linked >= 0.8 * len(block.text.replace(" ", "")) or _points_elsewhere(block)


def _names_another(block: Block) -> bool:
    """Whether a line is one link as long as a title: two in a row are a list of others."""
    return len(block.text) >= _TITLE and len(block.links) == 1 and _looks_like_chrome(block)


_TITLE = 25


def _points_elsewhere(block: Block) -> bool:
    """Whether a line is a label and a link to another article: ">> Xem thêm: ..."."""
    letters = len(block.text.replace(" ", ""))
    label = _POINTS.match(block.text) if 2 * block.linked >= letters else None
    return label is not None and block.linked >= 0.8 * (letters - len(label[0].replace(" ", "")))


def _without_title(blocks: list[Block], title: str) -> list[Block]:
    """Drop the title where it opens the text again, on one line or broken over several."""
    wanted = key(title)
    texts = [i for i, block in enumerate(blocks[:12]) if block.text]
    for start in range(len(texts) if wanted else 0):
        joined = ""
        for end in range(start, len(texts)):
            text = blocks[texts[end]].text
            # Its first letter says of nearly every line that it is not what is looked for, and the
            # next ones of the others. (A last letter may be another in lower case.)
            first = text[0].lower()[0] if text[0].isalnum() else ""
            if not wanted.startswith(joined + first) or not wanted.startswith(
                joined + key(text[:_BEGINNING])[:-1]
            ):
                break
            joined += key(text)
            if not wanted.startswith(joined):
                break
            if joined == wanted:
                gone = set(texts[start : end + 1])
                return [block for i, block in enumerate(blocks) if i not in gone]
    return blocks


def _without_repeats(blocks: list[Block]) -> list[Block]:
    """Each paragraph once, each picture by its captioned printing, no teaser of what follows."""
    # Most articles say nothing twice, and then no two paragraphs are of one length.
    lengths = [len(block.text) for block in blocks if len(block.text) >= MIN_REPEAT]
    doubtful = len(set(lengths)) < len(lengths) or any(block.kind == "table" for block in blocks)
    seen: set[str] = set()
    pictures: set[str] = set()
    named = {
        image.url
        for block in blocks
        if block.figure is not None and block.figure.caption
        for image in block.figure.images
    }
    kept: list[Block] = []
    for block in blocks:
        if block.figure is not None and block.kind == "figure":
            addresses = {image.url for image in block.figure.images}
            if addresses <= pictures or (not block.figure.caption and addresses <= named):
                continue
            pictures |= addresses
        if block.kind == "table":
            whole = key(" ".join(" ".join(row) for row in block.rows))
            if whole in seen:
                continue
            seen.add(whole)
        if len(block.text) >= MIN_REPEAT:
            breaks_off = block.text.endswith(_OPEN_ENDS)
            this = block.text.casefold() if doubtful else block.text
            if this in seen:
                continue
            if breaks_off and _is_teaser(block, blocks):
                continue
            seen.add(this)
        kept.append(block)
    return kept


def _is_teaser(block: Block, blocks: list[Block]) -> bool:
    """Whether a block that breaks off only begins what another says in full."""
    begun = key(_ELLIPSIS.sub("", block.text))
    return any(
        other is not block
        and len(key(other.text)) >= len(begun)
        and key(other.text).startswith(begun)
        for other in blocks
    )


def _without_teaser(blocks: list[Block], lead: list[Block]) -> list[Block]:
    """Drop a body block that only begins, with an ellipsis, what the lead says in full."""
    whole = key(" ".join(block.text for block in lead))
    return [
        block
        for block in blocks
        if not (
            len(block.text) >= MIN_REPEAT
            and block.text.endswith(_OPEN_ENDS)
            and whole.startswith(key(_ELLIPSIS.sub("", block.text)))
        )
    ]


_RESUMES = 12
"""Lines that announce others, up to which a text may go on below each."""


# -- signature and lead -----------------------------------------------------------------------


def _take_signature(blocks: list[Block], above: list[str]) -> tuple[list[Block], Byline]:
    """Read the signature off the end; attachment lines and pictures may stand below it.

    ``above`` is what stands above the first block: a signature may be all there is of the body.
    """
    lines = [
        index
        for index, block in enumerate(blocks)
        if block.text and block.kind in ("paragraph", "heading", "item")
    ]
    while lines and (
        _ATTACHED.match(blocks[lines[-1]].text)
        or any(is_attachment(url) for url, _ in blocks[lines[-1]].links)
    ):
        lines.pop()
    tail = lines[-8:]
    if not tail:
        return blocks, Byline()
    shown = above if len(tail) == len(lines) else []
    apart = stands_apart(blocks[tail[-1]], [blocks[index] for index in lines[-5:-1]])
    byline, count = read_signature([*shown, *(blocks[index].text for index in tail)], apart=apart)
    count = min(count, len(tail))
    if not count:
        return blocks, byline
    gone = set(tail[-count:])
    return [block for i, block in enumerate(blocks) if i not in gone], byline


def _marked_lead(marked: list[Block]) -> tuple[list[Block], list[Block]]:
    """The lead of a marked element, and what of it is body.

    Line breaks inside one element are one lead; of several paragraphs only the first leads, as
    where a CMS calls everything above its "read more" mark the introduction.
    """
    first = marked[0]
    same = [block for block in marked if block.element is first.element]
    if len(same) == len(marked) or len(same) > 1:
        return same, [block for block in marked if block.element is not first.element]
    return [first], marked[1:]


def _serves_as_lead(block: Block) -> bool:
    return (
        block.kind == "paragraph"
        and len(block.text) >= MIN_LEAD
        and not (block.quote and block.text.startswith(_QUOTES))
        and not _ATTACHED.match(block.text)
        and (_SENTENCE_END.search(block.text) is not None or len(block.text) >= 2 * MIN_LEAD)
    )

"""Parts that a page of unknown make names by its classes: noise, lead, author.

Themes differ, but their authors call a share bar "share" and a lead "sapo": names are hints, and
what they claim is weighed against how much text stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from crawler.extraction.authors import groups, names_in
from crawler.extraction.document import Document
from crawler.extraction.judge import Verdict
from crawler.extraction.layout import Selectors
from crawler.extraction.neighbours import beside_title_link
from crawler.extraction.person_names import is_person_name
from crawler.extraction.remembered import remembered_with
from crawler.extraction.surroundings import Surroundings
from crawler.extraction.text import clean_line, convert_legacy
from crawler.extraction.walk import read_blocks

_NOISE = re.compile(
    r"(?:^|[\s_-])(?:relat(?!ive)\w*|lien-?quan|tin-?khac|hot-?news|tin-?nong|other-?news|more-?news|read-?more|readmore|"
    r"recommend\w*|suggest\w*|shar(?:e|ing)\w*|social\w*|comments?|binh-?luan|tags?|tag-?list|"
    r"chia-?se|danh-?gia|keywords?|tu-?khoa|author-?(?:box|info|bio)|rating|vot(?:e|ing)|breadcrumbs?|banner\w*|ads?|adv\w*|"
    r"quang-?cao|newsletter|subscribe|toolbar|pagination|paging|sidebar|widget|"
    r"most-?(?:read|view)\w*|follow\w*|reaction\w*|polls?|binh-?chon|tham-?do|adsbygoogle)(?:$|[\s_-])|tin-?lien-?quan|box-?tin|"
    r"newsrelation|relatednews|link-content-footer|"
    r"(?:^|\s)(?:print|tools?|menu|nav|copyright|audio|player|tts|popup|modal|"
    r"(?:site|page|main)-?footer|footer-?(?:wrap(?:per)?|top|bottom|main|area))(?:$|\s)",
    re.I,
)
_COMMENTS = re.compile(r"(?:^|[\s_-])(?:comments?|binh-?luan|phan-?hoi|y-?kien)(?:$|[\s_-])", re.I)
"""What readers wrote, where a field to write more stands with it; it may outweigh the text."""
_RELATED_TYPE = re.compile(r"relat|newsbox|boxnews|link|quiz|vote|survey", re.I)
_LEAD = re.compile(
    r"(?:^|[\s_-])(?:sapo|lead|chapeau|summary|hometext|intro(?:text)?|abstract|standfirst|dek|"
    r"trich-?dan|mo-?ta|description|desc|excerpt|tomtat|tom-?tat|singular-sapo)(?:$|[\s_-])",
    re.I,
)
_AUTHOR = re.compile(
    r"(?:^|[\s_-])(?:authors?(?!-(?:desc|bio|about))|tac-?gia|byline|nguoi-?viet|but-?danh|author-?name|name-?author|"
    r"author_mail)(?:$|[\s_-])",
    re.I,
)


@remembered_with(count=4096)
def _say(names: str, pattern: re.Pattern[str]) -> bool:
    """Whether a pattern is found in an element's names."""
    return pattern.search(names) is not None


def common(container: HtmlElement, title: HtmlElement | None) -> HtmlElement:
    """The smallest element that holds container and title."""
    if title is None:
        return container
    above = {title, *title.iterancestors()}
    if container in above:
        return container
    return next((a for a in container.iterancestors() if a in above), container)


def named_noise(top: HtmlElement, container: HtmlElement, verdict: Verdict) -> set[HtmlElement]:
    """Elements around the text that call themselves related, share, tags and the like."""
    whole = len(container.text_content()) or 1
    above = set(container.iterancestors())
    found: set[HtmlElement] = set()
    for element in top.iterdescendants():
        if not isinstance(element.tag, str) or element in above or element is container:
            continue
        if not element.attrib and element.tag not in ("aside", "nav", "footer"):
            continue
        if element.tag in ("aside", "nav", "footer"):
            found.add(element)
            continue
        kind = element.get("type") or element.get("data-role") or ""
        if element.tag in ("div", "section", "ul", "span") and kind and _RELATED_TYPE.search(kind):
            found.add(element)
            continue
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if len(names) > 1 and _COMMENTS.search(names) and element.find(".//textarea") is not None:
            found.add(element)
            continue
        if element.tag == "a" and element.find(".//img") is not None:
            # What opens a picture in a window of its own is called a popup or modal.
            continue
        if len(names) > 1 and _NOISE.search(names):
            if _holds_lead(element, names):
                above.update(element.iterdescendants())
                continue
            text = element.text_content()
            linked = sum(len(link.text_content()) for link in element.iter("a"))
            if linked > 0.6 * len(text) or (
                len(text) < 0.3 * whole and not (len(text) > 400 and verdict.keeps(text))
            ):
                found.add(element)
    return found


def _holds_lead(element: HtmlElement, names: str) -> bool:
    """Whether what calls itself a sidebar or widget has no link or field, but a lead."""
    widget = "widget" in names.lower()
    if any(True for _ in element.iter("a", "input", "form", "iframe")):
        return False
    if element.find(".//img") is not None:
        # Page builders call every part of a page a widget, a picture that leads nowhere too.
        return widget and not element.text_content().strip()
    if widget and _LEAD.search(names):
        return True
    if "sidebar" not in names.lower() or element.find(".//p") is None:
        return False
    texts = [clean_line(line.text_content()) for line in element.iter("p")]
    return any(len(text) >= 80 and text.endswith((".", "!", "?", "…", ":")) for text in texts)


def lead_element(
    document: Document,
    container: HtmlElement,
    title: HtmlElement | None,
    noise: set[HtmlElement],
) -> HtmlElement | None:
    """The marked lead: above the text, called sapo, summary or the like, and a sentence long."""
    inside = set(container.iter())
    seen_title = title is None or title in inside
    passed = False
    for element in document.body.iter():
        if not isinstance(element.tag, str):
            continue
        if element in inside:
            passed = True
        elif passed:
            # What is called an excerpt below the text is another article's.
            return None
        if element is title:
            seen_title = True
            continue
        if not seen_title or element in noise or element.tag in ("meta", "script", "a", "input"):
            continue
        prop = element.get("itemprop") or element.get("data-role") or ""
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if (prop in ("description", "sapo") or (len(names) > 1 and _say(names, _LEAD))) and (
            30 <= len(clean_line(element.text_content())) <= 1200
            and element is not container
            and not any(child is title for child in element.iterdescendants())
            and element.find(".//a[@href]") is None
        ):
            before = clean_line(container.text_content())[:3000]
            text = clean_line(element.text_content())
            if element in inside and before.find(text[:60]) > 1200:
                return None
            return element
        if element in inside and element.tag == "p" and len(element.text_content()) > 400:
            return None
    return None


def labelled_below(body: HtmlElement) -> list[tuple[str, ...]]:
    """Lines right below a text that say by a label who wrote it: "Tác giả: ...", "Nguồn: ..."."""
    texts: list[str] = []
    for _, element in zip(range(_BELOW), body.itersiblings(), strict=False):
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "ul", "table"):
            continue
        whole = element.text_content()
        if len(whole) > 2 * _LINE:
            break
        for line in (element, *element.iter("p", "div", "span")):
            if line.find("p") is not None or line.find("div") is not None:
                continue
            text = clean_line(convert_legacy(line.text_content()))
            said = _LABELLED.match(text) or (
                text.startswith("Theo ") and _SOURCE.search(line.get("class") or "")
            )
            if len(text) <= _LINE and said and text not in texts:
                texts.append(text)
    return [tuple(texts)] if texts else []


_SOURCE = re.compile(r"(?:^|[\s_-])(?:source|nguon)(?:$|[\s_-])", re.I)
_BELOW = 5
_LINE = 120
_LABELLED = re.compile(
    r"(?:tác giả(?: bài viết)?|(?:người )?(?:viết|thực hiện)|nguồn(?: tin)?|bài viết|nội dung|"
    r"(?:bài|tin)(?:\s*(?:,|và|&|-)\s*ảnh)?)\s*:\s*\S",
    re.I,
)


def bylines_by(
    document: Document, selectors: Selectors, skip: set[HtmlElement], near: Surroundings
) -> list[tuple[str, ...]]:
    """Texts of the elements that a layout's ``selectors`` find, those together in one tuple.

    Where they find none, a theme has changed the markup: then a line below the text may say by
    a label who wrote it, or a person's name may stand in what usual names call an author.
    """
    for found in document.matching(selectors):
        named: list[tuple[HtmlElement, list[str]]] = []
        for element in found[:_AUTHORS]:
            blocks = read_blocks(element, document.base, skip)
            lines = [block.text for block in blocks if 0 < len(block.text) <= 200]
            if lines:
                named.append((element, names_in(element) or lines))
        if named:
            return groups(named)
    return labelled_below(near.body) or (_persons_by_name(document, near) if selectors else [])


def _persons_by_name(document: Document, near: Surroundings) -> list[tuple[str, ...]]:
    for found in document.matching(_USUAL_AUTHORS):
        named = []
        for element in found[:_AUTHORS]:
            text = clean_line(convert_legacy(element.text_content()))
            names = names_in(element) or [part.strip() for part in text.split(",")]
            if (
                len(text) <= 80
                and _AUTHOR.search(element.get("class") or "")
                and all(" " in name and is_person_name(name) for name in names)
                and near.close(element)
                and not near.foreign(element)
            ):
                named.append((element, names))
        if named:
            return groups(named)[:1]
    return []


_USUAL_AUTHORS: Selectors = ("[class*=author]", "[class*=tac]")
"""Few and wide, since pages without any author pay for them; ``_AUTHOR`` says which are meant."""


def named_bylines(
    document: Document, container: HtmlElement, title: HtmlElement | None
) -> list[tuple[str, ...]]:
    """Texts of elements around the text that are called author, those together in one tuple."""
    named = _authors_in(around(document, container, title, inside=True))
    if not named:
        # Beside the article a column may tell of it; a name must then be a person's.
        top = common(container, title).getparent()
        if top is not None and top.tag not in ("body", "html"):
            home = {container, *container.iterancestors()}
            beside = (e for e in top.iter() if isinstance(e.tag, str) and e not in home)
            near = Surroundings(container, title)
            named = [
                (element, texts)
                for element, texts in _authors_in(beside)
                if is_person_name(texts[0])
                and not beside_title_link(element, near.home, document.base, "")
            ]
            named = named[:1] if len({text for _, (text,) in named}) == 1 else []
    return groups(named)


def _authors_in(elements: Iterable[HtmlElement]) -> list[tuple[HtmlElement, tuple[str]]]:
    found: list[tuple[HtmlElement, tuple[str]]] = []
    seen: set[str] = set()
    for element in elements:
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if (
            "author" in (element.get("rel") or "").split()
            or element.get("itemprop") == "author"
            or element.get("data-role") == "author"
            or (len(names) > 1 and _say(names, _AUTHOR))
        ):
            for text in names_in(element) or [_labelled(element)]:
                if 2 <= len(text) <= 80 and text not in seen and len(found) < _AUTHORS:
                    seen.add(text)
                    found.append((element, (text,)))
    return found


def _labelled(element: HtmlElement) -> str:
    """An element's text, a label in an element of its own apart: "Tác giả" and a name."""
    text = clean_line(convert_legacy(element.text_content()))
    if element.find("br") is not None:
        lines = (clean_line(convert_legacy(piece)) for piece in element.itertext())
        return " - ".join(line for line in lines if line)
    if len(element) > 1 and _LABEL_ALONE.match(text):
        pieces = [clean_line(convert_legacy(piece)) for piece in element.itertext()]
        label, *rest = [piece for piece in pieces if piece] or [""]
        if rest and _LABEL_ALONE.fullmatch(label):
            return f"{label}: {' '.join(rest)}"
    return text


_LABEL_ALONE = re.compile(r"(?:nhóm )?tác giả(?: bài viết)?|người viết|bút danh|author", re.I)
_AUTHORS = 8
"""Elements that may name an author each."""


def around(
    document: Document,
    container: HtmlElement,
    title: HtmlElement | None,
    inside: bool = False,
) -> Iterator[HtmlElement]:
    """Elements of the smallest element that holds title and container, the body itself aside."""
    top = container
    if title is not None:
        above = set(title.iterancestors())
        top = next((a for a in container.iterancestors() if a in above), container)
        if container in above:
            top = container
    if top is container:
        parent = container.getparent()
        top = container if parent is None or parent.tag in ("html", "body") else parent
    held = (
        set()
        if inside
        else {
            element for element in container.iterdescendants() if element.tag in ("p", "td", "li")
        }
    )
    for element in top.iter():
        if isinstance(element.tag, str) and element not in held:
            yield element

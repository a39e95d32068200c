"""What around an article's title and body belongs to it, and what to a column beside it.

Themes reuse their class names: the date of a related post and of the widget "recent posts" has
the class of the article's own. An element is the article's own when nothing on its way up to the
title or the body is another article, a side column or a list of other articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from crawler.extraction.blocks import is_attachment
from crawler.extraction.images import is_image_address
from crawler.extraction.remembered import remembered
from crawler.extraction.urls import absolute, article_key

_BESIDE = re.compile(
    r"(?:widget|sidebar|related|recommend(?:ed)?|similar|recent|latest|popular|trending|carousel|"
    r"slider|newest)(?:[_-].*)?|(?:.*[_-])?(?:sidebar|related|widgets?|relatedposts)|"
    r"(?:most|other|more)[_-]?(?:read|view|viewed|news|posts).*|"
    r"(?:tin|bai)[_-]?(?:viet[_-]?)?(?:khac|moi|lien[_-]?quan|cung[_-]).*|comments?[_-]?(?:list|area|body|"
    r"content|wrapper)|commentlist|post[_-]navigation|nav-links",
    re.I,
)
_BARRED = re.compile(
    r"(?:ads?|adv|advert\w*|banners?|quang[_-]?cao|qc|share\w*|social\w*|avatar|author\w*|rating|"
    r"toolbar|print|logo)(?:[_-].*)?",
    re.I,
)
_NO_PLACE = frozenset(
    ("nav", "aside", "footer", "form", "script", "style", "noscript", "template", "svg", "select")
)


_ROW = 300
"""Characters of a row that tells when an article was published, by whom and in which section."""
_TITLE = 30
"""Characters of a link from which it may be another article's title."""


@remembered(count=2048)
def _of_others(names: str) -> bool:
    """Whether a class attribute says that an element is another article or a column of others."""
    # A page builder calls every part of a page a widget, the article's own too.
    words = [word for word in names.split() if not word.startswith("elementor")]
    return "hentry" in words or "type-post" in words or any(map(_BESIDE.fullmatch, words))


@remembered(count=2048)
def _id_of_others(own: str) -> bool:
    return _BESIDE.fullmatch(own) is not None


class Surroundings:
    """The way from a page's root to ``body`` and ``title``, against which others are judged."""

    def __init__(self, body: HtmlElement, title: HtmlElement | None) -> None:
        self.body = body
        self.title = title
        self._way = [body, *body.iterancestors()][::-1]
        self.home = set(self._way)
        if title is not None:
            self.home.update((title, *title.iterancestors()))

    def foreign(self, element: HtmlElement) -> bool:
        """Whether an element stands in another article, a side column or a list of others.

        A ``nav`` is none of these: the trail that names an article's section may be one.
        """
        current: HtmlElement | None = element
        while current is not None and current not in self.home:
            if current.tag == "article" or (current.tag == "aside" and not self._tells(current)):
                return True
            names = current.get("class")
            if names and _of_others(names):
                return True
            own = current.get("id")
            if own and _id_of_others(own):
                return True
            current = current.getparent()
        return False

    def holds(self, element: HtmlElement) -> bool:
        """Whether an element stands inside the body."""
        return any(ancestor is self.body for ancestor in element.iterancestors())

    def close(self, element: HtmlElement) -> bool:
        """Whether an element stands in the smallest element that holds title and body."""
        if self.title is None:
            return True
        above = {self.title, *self.title.iterancestors()}
        scope = next((holder for holder in reversed(self._way) if holder in above), None)
        return scope is not None and any(holder is scope for holder in element.iterancestors())

    def _tells(self, aside: HtmlElement) -> bool:
        """Whether an ``aside`` is the article's own row of date and author, as some themes set it.

        It stands in the body's own ``article``, says little and leads to no other article.
        """
        parent = aside.getparent()
        return (
            parent in self.home
            and any(element.tag == "article" for element in (parent, *parent.iterancestors()))
            and len(aside.text_content()) < _ROW
            and all(len(link.text_content()) < _TITLE for link in aside.iter("a"))
        )

    def precedes_body(self, element: HtmlElement) -> bool:
        """Whether an element begins before the body in reading order."""
        here = [element, *element.iterancestors()][::-1]
        there = self._way
        for mine, its in zip(here, there, strict=False):
            if mine is not its:
                parent = mine.getparent()
                return parent is not None and parent.index(mine) < parent.index(its)
        return len(here) < len(there)

    def between(self) -> Iterator[HtmlElement]:
        """The largest elements between title and body, in reading order.

        Nothing where the title stands in the body, below it or nowhere.
        """
        if self.title is None or self.title in self.body.iterancestors():
            return
        above = {self.title, *self.title.iterancestors()}
        chain = [self.body]
        while chain[-1] not in above:
            parent = chain[-1].getparent()
            if parent is None:
                return
            chain.append(parent)
        scope = chain.pop()
        if not chain or scope is self.title:
            return
        node = self.title
        found: list[HtmlElement] = []
        while (parent := node.getparent()) is not None and parent is not scope:
            found.extend(node.itersiblings())
            node = parent
        for sibling in node.itersiblings():
            if sibling is chain[-1]:
                break
            found.append(sibling)
        else:
            return
        for element in reversed(chain):
            if element is not chain[-1]:
                found.extend(reversed(list(element.itersiblings(preceding=True))))
        for element in found:
            if isinstance(element.tag, str) and element.tag not in _NO_PLACE:
                yield element

    def own_picture(self, image: HtmlElement, base: str, page_url: str) -> bool:
        """Whether an ``<img>`` beside the body shows the article, and leads nowhere else."""
        if self.foreign(image):
            return False
        current: HtmlElement | None = image
        while current is not None and current not in self.home:
            names = [*(current.get("class") or "").split(), current.get("id") or ""]
            if current.tag in _NO_PLACE or any(map(_BARRED.fullmatch, names)):
                return False
            if current.tag == "a":
                target = absolute(base, current.get("href") or "")
                if (
                    target
                    and not is_image_address(target)
                    and (is_attachment(target) or article_key(target) != article_key(page_url))
                ):
                    return False
            current = current.getparent()
        return True

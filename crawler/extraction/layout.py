"""Where a site keeps its title, date, body and noise: declared data, no code."""

from __future__ import annotations

from dataclasses import dataclass

Selectors = tuple[str, ...]
"""CSS selectors in order of preference: the first that finds text wins (``drop``: all apply)."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """How one CMS, or one site's theme of it, prints an article. Equal to itself alone, so that
    what is known of it is found without reading it.

    A layout is chosen by the page's own fingerprint, since hosts change CMS under one name.
    It *matches* a page when any ``fingerprint`` selector (or ``fingerprint_url`` pattern) is
    found and, where ``body`` is given, a body selector finds an element.
    """

    name: str
    fingerprint: Selectors = ()
    fingerprint_url: str = ""
    """Regular expression searched in the page's URL; an alternative to ``fingerprint``."""
    title: Selectors = ()
    date: Selectors = ()
    """Elements whose text holds the visible publication date, and nothing of a page clock."""
    date_meta: Selectors = ()
    """Elements whose ``content`` or ``datetime`` attribute holds it."""
    lead: Selectors = ()
    body: Selectors = ()
    byline: Selectors = ()
    """Elements that name author or source outside the body; signatures in the body are found."""
    section: Selectors = ()
    tags: Selectors = ()
    attachments: Selectors = ()
    """Elements outside the body whose links are attachments."""
    lead_image: Selectors = ()
    """Elements outside the body that hold the article's own pictures."""
    drop: Selectors = ()
    """Noise inside or around the body, removed before anything is read."""
    drop_text: tuple[str, ...] = ()
    """Regular expressions for whole lines that are noise on this site alone."""
    print_url: str = ""
    """Regular expression: URLs that are print or save views of an article."""
    canonical_rules: tuple[tuple[str, str], ...] = ()
    """(pattern, replacement) pairs for ``re.sub`` that turn any address of an article on this CMS
    (print, save, mobile, paging variants) into its canonical one; applied in order."""
    ignore_byline: tuple[str, ...] = ()
    """CMS accounts that sign every article and are nobody ("admin", "Phóng viên Công đoàn")."""
    article_mark: Selectors = ()
    """Found on every article page of this CMS, whatever its theme, and on no other page."""
    not_article: Selectors = ()
    """Found on listings, front pages, error pages of this CMS and never on an article."""

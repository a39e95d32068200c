"""The feed of what sites changed after publication, and of what they took down."""

from __future__ import annotations

import sqlite3
from html import escape
from typing import Any

from datasette.utils.asgi import Request, Response

from archive.crawled_web import SAMPLE
from archive.publish import atom
from archive.publish.article_html import safe_link
from archive.publish.article_page import replay_url
from archive.publish.atom import ENTRIES, NEVER, document, text
from archive.publish.changes import KINDS, Change, Kind, newest_changes
from archive.publish.face import Addresses, language_of
from archive.publish.filters import Filters
from archive.publish.language import Speaker
from archive.publish.reasons import unread_words
from archive.publish.settings import FaceSettings
from archive.publish.snapshot import read, web_held

_CHANGED = ("title", "lead", "body", "byline", "published_at", "media")


async def changes_feed(datasette: Any, request: Request) -> Response:
    """The newest edits and takedowns, of articles that pass the filters of a search; ``kind``
    narrows them to ``edited`` or ``gone``. Status 400 for parameters that cannot be meant."""
    t = Speaker(language_of(request))
    filters, kind = Filters.from_args(request.args), request.args.get("kind") or ""
    unread = Filters.impossible(request.args)
    unread += [name for name in ("q",) if (request.args.get(name) or "").strip()]
    if unread or (kind and kind not in KINDS):
        names = ", ".join([*unread, *(["kind"] if kind and kind not in KINDS else [])])
        return Response.text(t("not_understood", names=names), status=400)
    kinds: tuple[Kind, ...] = tuple(one for one in KINDS if kind in ("", one))

    def work(conn: sqlite3.Connection) -> list[Change]:
        return newest_changes(conn, filters, kinds, ENTRIES)

    changes = await read(datasette, request, work)
    sample = await web_held(datasette) == SAMPLE
    to, settings = Addresses(datasette, request), FaceSettings.of(datasette)
    query = filters.query_string(kind=kind)
    told = [settings.title, t("changes_title"), *(value for _, value in filters.items())]
    return document(
        title=": ".join(told[:2]) + "".join(f", {value}" for value in told[2:]),
        identity=f"congdoan-archive changes {query}",
        updated=max((change.at for change in changes), default=NEVER),
        own=to.absolute(to.path("/changes.atom")) + (f"?{query}" if query else ""),
        html=to.absolute(to.path("/")),
        entries=[_entry(change, to, settings, t, sample=sample) for change in changes],
        sample=sample,
        language=language_of(request),
    )


def _entry(
    change: Change, to: Addresses, settings: FaceSettings, t: Speaker, *, sample: bool
) -> str:
    row = change.row
    title = row["title"] or row["url"]
    page = to.article(row["id"])
    if change.kind == "edited":
        parts = ", ".join(_part(name, t) for name in change.parts)
        title = t("entry_edited", parts=parts, title=title)
        page = to.path(f"/articles/{row['id']}/revisions?to={change.number}")
        identity = f"{row['url']}#edited {change.at} {change.mark}"
        content = _told_edit(change, t)
    else:
        title = t("entry_gone", title=title)
        identity = f"{row['url']}#gone {change.at}"
        content = _told_takedown(change, settings, t)
    address = to.absolute(page)
    content += f'<p><a href="{escape(address)}">{escape(address)}</a></p>'
    return atom.entry(
        identity=identity,
        title=title,
        address=address,
        source=row["url"],
        published=row["published_at"] or "",
        updated=change.at,
        authors=[row["author"].partition(", ")[0] or row["unit"] or row["site_title"]],
        categories=[name for name in (change.kind, row["province"], row["unit"]) if name],
        told=f'<content type="html">{text(content)}</content>',
        sample=sample,
    )


def _part(name: str, t: Speaker) -> str:
    return t(f"changed_{name}") if name in _CHANGED else name[:40]


def _told_edit(change: Change, t: Speaker) -> str:
    """HTML: what was changed, word by word, as readers of feeds show it."""
    told = t("edited_between", before=t.date(change.before), after=t.date(change.at))
    html = f"<p>{escape(told)}</p>"
    for difference in change.differences:
        html += f"<h4>{escape(_part(difference.name, t))}</h4>"
        for line in difference.lines:
            pieces = [
                f"<{tag}>{escape(piece.text)}</{tag}>" if tag else escape(piece.text)
                for piece in line or []
                for tag in ({"added": "ins", "removed": "del"}.get(piece.kind, ""),)
            ]
            html += f"<p>{''.join(pieces) if line else '…'}</p>"
        if not difference.lines:
            html += f"<p>{escape(t('change_too_long'))}</p>"
    return html


def _told_takedown(change: Change, settings: FaceSettings, t: Speaker) -> str:
    """HTML: since when it is gone, and the capture that shows it."""
    seen = t("gone_since", seen=t.date(change.row["last_seen_at"]), gone=t.date(change.at))
    html = f"<p>{escape(seen)}</p>"
    held = change.evidence
    if not held:
        return html
    sign = _sign(change.reason, held["status"], t)
    told = t("gone_evidence", url=held["url"], when=t.date(held["fetched_at"]), sign=sign)
    record = t(
        "gone_record", id=held["id"], file=held["warc_file"], offset=str(held["warc_offset"])
    )
    html += f"<p>{escape(told)}</p><p>{escape(record)}</p>"
    shown = safe_link(replay_url(settings, held))
    return html + (
        f'<p><a href="{escape(shown)}">{escape(t("as_captured"))}</a></p>' if shown else ""
    )


def _sign(reason: str, status: int, t: Speaker) -> str:
    if reason in ("gone", "redirect_home"):
        return t(f"sign_{reason}", status=str(status))
    words = unread_words(reason)[0 if t.language == "vi" else 1]
    return t("sign_other", reason=words, status=str(status))

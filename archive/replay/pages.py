"""The replay's own pages: the banner, the list of an address's captures, and what is missing.

Every value that comes from a capture passes through ``escape``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from archive.records import VIETNAM
from archive.replay.lookup import MAX_LISTED, Held

_ROW = "all:initial!important;display:block!important;"
_FONT = "font:14px/1.5 system-ui,sans-serif!important;"
_BANNER = (
    f"{_ROW}{_FONT}box-sizing:border-box!important;position:relative!important;width:100%!important;"
    "z-index:2147483647!important;background:#fff8e1!important;color:#222!important;"
    "border-bottom:2px solid #b35900!important;padding:8px 12px!important;"
    "overflow-wrap:anywhere!important;text-align:left!important;visibility:visible!important"
)
_LINK = f"all:initial!important;{_FONT}color:#0645ad!important;text-decoration:underline!important;"
_LINK += "cursor:pointer!important"
_PAGE = """<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
  color: #222; background: #fff; overflow-wrap: anywhere }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ddd;
  vertical-align: top }}
input {{ font: inherit; width: 100%; box-sizing: border-box; padding: .4rem }}
h1 {{ font-size: 1.4rem }} .quiet {{ color: #555 }} code {{ font-size: .85em }}
</style></head><body><main>{body}</main></body></html>"""


def local_time(moment: datetime) -> str:
    """``04/10/2023 15:42:07 +07:00``, as Vietnamese read a date."""
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S") + " +07:00"


def banner(held: Held, payload: Held) -> str:
    """What stands above an archived page: when and where it was captured, in two languages.

    ``payload``: the capture that holds the content, another one where ``held`` is a revisit.
    Its styles are inline and marked important, so that the page's own sheets cannot restyle it.
    """
    notes = []
    if held.status != 200:
        notes.append(f"Máy chủ trả lời / the server answered: HTTP {held.status}")
    if payload.id != held.id:
        notes.append(
            "Nội dung không đổi từ / content unchanged since "
            f'<a style="{_LINK}" href="/capture/{escape(payload.id)}">'
            f"{escape(local_time(payload.fetched_at))}</a>"
        )
    if held.location:
        notes.append(
            "Chuyển hướng tới / redirects to "
            f'<a style="{_LINK}" href="/web/{held.stamp}/{escape(held.location)}">'
            f"{escape(held.location)}</a>"
        )
    if held.truncated:
        notes.append(f"Bản chụp bị cắt / the capture is cut: {escape(held.truncated)}")
    note = "".join(f'<span style="{_ROW}{_FONT}color:#8a2c00!important">{n}</span>' for n in notes)
    return (
        f'<div id="congdoan-archive-banner" role="note" lang="vi" style="{_BANNER}">'
        f'<strong style="all:initial!important;{_FONT}font-weight:700!important">'
        f"Bản lưu / Archived copy: {escape(local_time(held.fetched_at))}</strong>"
        f'<span style="{_ROW}{_FONT}">Nguồn / source: {escape(held.url)}</span>'
        f'<span style="{_ROW}{_FONT}">{escape(held.payload_digest)} · '
        f'<a style="{_LINK}" href="/web/*/{escape(held.url)}">mọi bản chụp / all captures</a> · '
        f'<a style="{_LINK}" href="/about/{escape(held.id)}">về bản chụp này / about this capture'
        "</a> · không chạy mã, biểu mẫu đã tắt / no scripts run, forms are off</span>"
        f"{note}</div>"
    )


def message(title: str, *paragraphs: str) -> str:
    """A page with a title and paragraphs of plain text."""
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return _PAGE.format(title=escape(title), body=f"<h1>{escape(title)}</h1>{body}")


def not_captured(url: str) -> str:
    """The page for an address that the archive does not hold."""
    body = (
        "<h1>Địa chỉ này không có trong kho lưu trữ / This address was not captured</h1>"
        f"<p><code>{escape(url)}</code></p>"
        '<p class="quiet">Trang không được thu thập, hoặc nằm ngoài phạm vi của kho lưu trữ. '
        "The page was not crawled, or is beyond what this archive collects.</p>"
    )
    return _PAGE.format(title="Không có trong kho / not captured", body=body)


def capture_list(url: str, count: int, captures: Sequence[Held]) -> str:
    """Every capture of an address, newest first."""
    rows = "".join(
        f'<tr><td><a href="/capture/{escape(held.id)}">{escape(local_time(held.fetched_at))}</a>'
        f"</td><td>{held.status or ''}</td><td>{escape(_kind(held))}</td>"
        f"<td>{escape(held.outcome)}</td><td>{held.payload_bytes}</td>"
        f"<td><code>{escape(held.payload_digest)}</code></td></tr>"
        for held in captures
    )
    more = f"<p>Chỉ hiện {MAX_LISTED} bản mới nhất / newest {MAX_LISTED} shown.</p>"
    body = (
        f"<h1>{count} bản chụp / captures</h1><p><code>{escape(url)}</code></p>"
        "<table><thead><tr><th>Thời điểm / time</th><th>HTTP</th><th>Loại / type</th>"
        "<th>Kết quả / outcome</th><th>Bytes</th><th>Digest</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>{more if count > len(captures) else ''}"
    )
    return _PAGE.format(title=f"{count} bản chụp / captures", body=body)


def about(held: Held, payload: Held | None) -> str:
    """Where a capture came from and where it is kept, for those who want to check it."""
    facts = [
        ("Địa chỉ / address", held.url),
        ("Thời điểm / captured", f"{local_time(held.fetched_at)} ({held.fetched_at.isoformat()})"),
        ("HTTP", str(held.status)),
        ("Content-Type", held.content_type),
        ("Loại / record", _kind(held)),
        ("WARC", f"{held.warc_file}, byte {held.offset}"),
        ("WARC-Record-ID", f"<urn:uuid:{held.id}>"),
        ("WARC-Payload-Digest", held.payload_digest),
        ("Bytes", str(held.payload_bytes)),
        ("Chuyển hướng / redirects to", held.location),
        ("Bị cắt / truncated", held.truncated),
        ("Kết quả / outcome", held.outcome),
    ]
    if payload is not None and payload.id != held.id:
        facts.append(("Nội dung ở / payload in", f"{payload.warc_file}, byte {payload.offset}"))
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in facts
        if value
    )
    body = (
        f"<h1>Bản chụp / capture</h1><table>{rows}</table>"
        f'<p><a href="/capture/{escape(held.id)}">Xem trang / show the page</a> · '
        f'<a href="/web/*/{escape(held.url)}">mọi bản chụp / all captures</a></p>'
    )
    return _PAGE.format(title="Về bản chụp / about this capture", body=body)


def front() -> str:
    """The page at ``/``: a field for an address."""
    body = (
        "<h1>Trang như khi được thu thập / pages as captured</h1>"
        '<form action="/" method="get"><label for="url">Địa chỉ / address</label>'
        '<p><input id="url" name="url" type="url" required placeholder="https://…"></p></form>'
        '<p class="quiet">Trang hiện ra không chạy mã và không gọi ra ngoài. '
        "Pages are shown without scripts and load nothing from elsewhere.</p>"
    )
    return _PAGE.format(title="Bản lưu / archived pages", body=body)


def _kind(held: Held) -> str:
    return "304" if held.status == 304 else held.record_type

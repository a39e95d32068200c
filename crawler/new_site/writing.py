"""``congdoan new-site``: from an address to a site's file, its first golden pairs and a preview."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.records import VIETNAM, Article, Page
from archive.warc.reader import read_records
from crawler.catalogue import declared_sites, host_of, site_for, spider_for
from crawler.extraction.urls import absolute
from crawler.families.unknown import UnknownSpider
from crawler.guards import is_public
from crawler.intake.ingest import warc_paths
from crawler.new_site.choice import Survey
from crawler.new_site.sketch import PREVIEWED, Sketch, renamed, sketch_site
from crawler.new_site.survey import SurveyPlan, plan_line

SURVEY_SECONDS = 1800
"""A survey of a very slow site is given up after so long."""

_NAME = re.compile(r"[a-z][a-z0-9_]{1,40}")


class NewSiteError(Exception):
    """A site could not be surveyed or written; the text is for people."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a new site consists of."""

    spider: Path
    goldens: tuple[Path, ...]


def checked_address(text: str) -> str:
    """The front page's address that a person gave. Raises NewSiteError where it is none."""
    written = text.strip() if "://" in text else f"http://{text.strip()}"
    address = absolute(written, written).partition("#")[0]
    host = host_of(address)
    if host == "localhost" or (_is_number(host) and not is_public(host)):
        raise NewSiteError(
            f"{host} is an address of a private network: only sites of the public internet are"
            " looked at"
        )
    if not written.lower().startswith(("http://", "https://")) or "." not in host_of(address):
        raise NewSiteError(f"{text!r} is no address of a site, such as http://congdoan.example.vn/")
    path = urlsplit(address).path
    return address if path else address + "/"


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@contextmanager
def leaving_nothing(data: Path, folder: Path) -> Iterator[None]:
    """A survey that fails before it has fetched a page takes its folders with it: ``folder``, its
    own below ``data``, and what was made for it."""
    there = data.exists()
    try:
        yield
    except NewSiteError:
        if not folder.is_dir() or not warc_paths(folder):
            shutil.rmtree(folder, ignore_errors=True)
            if not there:
                shutil.rmtree(data / "locks", ignore_errors=True)
            for empty in (folder.parent, data):
                with suppress(OSError):
                    empty.rmdir()
        raise


def refuse_declared(url: str) -> None:
    """Raise NewSiteError where a file declares the host already."""
    known = spider_for(url)
    if known is not None:
        raise NewSiteError(f"{host_of(url)} is declared already, in spiders/{known.name}.py")


def survey_site(plan: SurveyPlan) -> tuple[Survey, dict[str, str], list[str]]:
    """Fetch a handful of a site's pages; the survey, what each page was asked as, and failures.

    Raises NewSiteError where the front page could not be fetched.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "crawler.new_site.survey"],
            input=plan_line(plan),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=SURVEY_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise NewSiteError(f"{plan.url} was too slow: given up after half an hour") from None
    try:
        told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        last = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise NewSiteError(f"The survey of {plan.url} broke off: {last[0]}") from None
    kinds: dict[str, str] = told["kinds"]
    survey = Survey(plan.url)
    survey.named_by_robots = told["named_by_robots"]
    for page in _pages(Path(plan.folder), kinds):
        survey.seen(page, kinds[page.url])
    if not survey.documents:
        why = "; ".join(told["failures"]) or "it is no HTML page"
        raise NewSiteError(f"The front page {plan.url} could not be read: {why}")
    return survey, kinds, told["failures"]


def _pages(folder: Path, kinds: dict[str, str]) -> list[Page]:
    """The survey's pages, in the order of their capture."""
    pages: dict[str, Page] = {}
    for path in warc_paths(folder):
        for record in read_records(path):
            if record.type != "response" or record.status != 200 or record.url not in kinds:
                continue
            pages.setdefault(
                record.url,
                Page(
                    url=record.url,
                    body=record.content(),
                    fetched_at=record.date,
                    site=site_for(record.url).name,
                    content_type=record.content_type,
                ),
            )
    return list(pages.values())


def sketch_of(
    survey: Survey, kinds: dict[str, str], *, name: str = "", taken: tuple[str, ...] = ()
) -> Sketch:
    """The sketch of a surveyed site, under ``name`` where one is given.

    Raises NewSiteError for a name that is none, or taken.
    """
    sketch = sketch_site(survey, kinds, taken)
    if not name:
        return sketch
    if not _NAME.fullmatch(name):
        raise NewSiteError(f"{name} is no name of a site: small letters, digits and _ only")
    if name in taken:
        raise NewSiteError(f"There is a site {name} already")
    return renamed(sketch, name)


def taken_names() -> tuple[str, ...]:
    return tuple(declared_sites())


def write_site(sketch: Sketch, root: Path) -> Written:
    """Write the site's file and its first golden pairs below a project's root.

    Raises NewSiteError where one of them exists, or where what the site says of itself would make
    no file that Python reads; then nothing is written.
    """
    spider = root / "spiders" / f"{sketch.name}.py"
    folder = root / "tests" / "sites" / sketch.name
    for path in (spider, folder):
        if path.exists():
            raise NewSiteError(f"{path} exists already; give another --name or remove it")
    goldens: list[tuple[str, Page, dict[str, Any]]] = []
    if sketch.articles:
        page, article = sketch.articles[0]
        goldens.append(("article", page, {"article": golden_of(article)}))
    if sketch.listing is not None:
        listing, outcome = sketch.listing
        goldens.append(("listing", listing, {"unreadable": outcome.reason}))
    source = source_of(sketch)
    try:
        compile(source, str(spider), "exec")
        written = source.encode()
    except (SyntaxError, ValueError) as error:
        raise NewSiteError(f"{spider} would be no file that Python reads: {error}") from error
    spider.parent.mkdir(parents=True, exist_ok=True)
    spider.write_bytes(written)
    paths: list[Path] = []
    for slug, page, answer in goldens:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{slug}.html").write_bytes(page.body)
        about = {
            "reviewed": False,
            "url": page.url,
            "fetched_at": page.fetched_at.astimezone(VIETNAM).isoformat(timespec="seconds"),
            "content_type": page.content_type,
        }
        text = json.dumps(about | answer, ensure_ascii=False, indent=1) + "\n"
        (folder / f"{slug}.json").write_text(text, encoding="utf-8")
        paths += [folder / f"{slug}.html", folder / f"{slug}.json"]
    return Written(spider, tuple(paths))


def golden_of(article: Article) -> dict[str, Any]:
    """What a golden pair's answer says of an article."""
    published = article.published
    byline = asdict(article.byline)
    return {
        "url": article.url,
        "title": article.title,
        "lead": article.lead,
        "body": article.body.split("\n") if article.body else [],
        "published": published.iso() if published else None,
        "precision": published.precision if published else None,
        "evidence": published.evidence if published else None,
        "byline": {**byline, "persons": list(article.byline.persons)},
        "images": [{"url": image.url, "caption": image.caption} for image in article.images],
        "attachments": [{"url": file.url, "title": file.title} for file in article.attachments],
        "variant": article.variant,
        "layout": article.layout,
    }


def source_of(sketch: Sketch) -> str:
    """The text of the site's file; what is missing stands in it as a line that a test refuses."""
    family = sketch.family
    module = family.__module__
    what = "unknown software" if family is UnknownSpider else f"{family.__name__[:-6]} by its pages"
    day = f"{datetime.now(UTC).astimezone(VIETNAM):%d/%m/%Y}"
    values: list[tuple[str, object]] = [
        ("name", sketch.name),
        ("title", sketch.title),
        ("hosts", sketch.hosts),
        ("home", sketch.home),
        ("province", sketch.province),
        ("level", sketch.level),
        ("evidence", "page"),
        ("start_urls", sketch.start_urls),
        ("feeds", tuple(sketch.feeds)),
        ("sitemaps", tuple(sketch.sitemaps)),
    ]
    always = ("name", "title", "hosts", "home", "evidence", "start_urls")
    lines = []
    for name, value in values:
        if not value and name not in always and (name, sketch.level) != ("level", ""):
            continue
        lines.append(_assignment(name, value))
    if sketch.article_url:
        lines.append(_assignment("article_url", sketch.article_url, raw=True))
    class_name = "".join(part.capitalize() for part in sketch.name.split("_")) + "Spider"
    heading = textwrap.shorten(
        _harmless(f"{sketch.title or sketch.hosts[0]}: {what}."), 96, placeholder="..."
    )
    return (
        f'"""{heading}\n\nSurveyed on {day}: {len(sketch.articles)} articles were read.\n"""\n\n'
        "from __future__ import annotations\n\n"
        f"from {module} import {family.__name__}\n\n\n"
        f"class {class_name}({family.__name__}):\n" + "\n".join(lines) + "\n"
    )


def _assignment(name: str, value: object, *, raw: bool = False) -> str:
    text = _raw(str(value)) if raw else _literal(value)
    line = f"    {name} = {text}"
    if len(line) <= 100:
        return line
    if not isinstance(value, (list, tuple)):
        return line + "  # noqa: E501"
    opening, closing = text[0], text[-1]
    items = [f"        {_literal(item)}," for item in value]
    inner = "\n".join(item if len(item) <= 100 else item + "  # noqa: E501" for item in items)
    return f"    {name} = {opening}\n{inner}\n    {closing}"


def _harmless(text: str) -> str:
    """A stranger's words for a docstring: nothing in them ends it or means anything to Python."""
    plain = text.translate({ord("\\"): "/", ord('"'): "'"})
    return "".join(letter if letter.isprintable() else " " for letter in plain)


def _raw(pattern: str) -> str:
    """A pattern as a raw literal, where it can be one."""
    quote = "'" if '"' in pattern else '"'
    if quote in pattern or pattern.endswith("\\") or not pattern.isprintable():
        return _literal(pattern)
    return f"r{quote}{pattern}{quote}"


def _literal(value: object) -> str:
    """A value as Python reads it. Of letters only those that are seen stand as they are: a name
    with marks that turn the direction of writing must not make a file look like another one."""
    if isinstance(value, str):
        return "".join(
            letter if letter.isprintable() else f"\\U{ord(letter):08x}"
            for letter in json.dumps(value, ensure_ascii=False)
        )
    if isinstance(value, (list, tuple)):
        inner = ", ".join(_literal(item) for item in value)
        if isinstance(value, list):
            return f"[{inner}]"
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)


def preview_of(sketch: Sketch, wrap: Callable[[str], str] | None = None) -> str:
    """The first articles as they were read, for a person to compare with the site."""
    fold = wrap or (lambda text: textwrap.fill(text, 96))
    pieces: list[str] = []
    for number, (_, article) in enumerate(sketch.articles[:PREVIEWED], 1):
        day = article.published.iso()[:16].replace("T", " ") if article.published else "no date"
        facts = [
            f"{number}. {article.title}",
            f"   {article.url}",
            f"   {day}; {article.byline.text or 'nobody signed'}; {article.words} words, "
            f"{len(article.images)} pictures, {len(article.attachments)} files; "
            f"layout {article.layout}",
        ]
        if article.fallbacks:
            facts.append(f"   found by general rules: {', '.join(article.fallbacks)}")
        start = " ".join([article.lead, *article.body.split("\n")[:2]]).strip()
        pieces.append("\n".join(facts) + "\n" + fold(textwrap.shorten(start, 500)))
    return "\n\n".join(pieces) or "No page could be read as an article."

"""How to cite an archived article: Chicago, APA, BibTeX, RIS.

Chicago Manual of Style 18, 14.104 and 14.207 (web pages, archived copies); APA 7, 10.16;
RIS as Zotero and EndNote read it. Texts are plain; whoever shows them escapes them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "%": r"\%",
        "&": r"\&",
        "#": r"\#",
        "$": r"\$",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)


@dataclass(frozen=True, slots=True)
class Cited:
    """What a citation needs. Dates are ISO 8601; ``published`` "" where unknown."""

    key: str
    title: str
    author: str
    site: str
    url: str
    published: str
    precision: str
    captured: str
    archive_url: str
    archive_title: str
    warning: str = ""
    """What must not be missed by whoever uses it, "" where there is nothing."""

    @property
    def by(self) -> str:
        """Who answers for the article: its author, else the site."""
        return self.author or self.site


def _line(text: str, limit: int = 500) -> str:
    return re.sub(r"\s+", " ", text).strip()[:limit]


def _parts(stamp: str, precision: str) -> tuple[str, str, str]:
    year, month, day = stamp[:4], stamp[5:7], stamp[8:10]
    if not (year.isdigit() and month.isdigit() and 1 <= int(month) <= 12):
        return "", "", ""
    return year, _MONTHS[int(month) - 1], "" if precision == "month" else str(int(day or 1))


def _american(stamp: str, precision: str = "day") -> str:
    year, month, day = _parts(stamp, precision)
    return f"{month} {day}, {year}" if day else f"{month} {year}".strip()


def chicago(cited: Cited) -> str:
    """A bibliography entry, with the archived copy."""
    when = _american(cited.published, cited.precision) or "n.d."
    site = f" {_line(cited.site)}," if cited.author else ""
    return (
        f"{_line(cited.by)}. “{_line(cited.title)}.”{site} {when}. {cited.url}. Archived "
        f"{_american(cited.captured)}, at {_line(cited.archive_title)}, {cited.archive_url}."
        f"{_warned(cited)}"
    )


def apa(cited: Cited) -> str:
    """An entry of a reference list in the style of the APA, with the archived copy."""
    year, month, day = _parts(cited.published, cited.precision)
    when = ", ".join(part for part in (year, " ".join(p for p in (month, day) if p)) if part)
    site = f" {_line(cited.site)}." if cited.author else ""
    return (
        f"{_line(cited.by)}. ({when or 'n.d.'}). {_line(cited.title)}.{site} Retrieved "
        f"{_american(cited.captured)}, from {cited.url} (archived at {cited.archive_url})"
        f"{_warned(cited)}"
    )


def bibtex(cited: Cited) -> str:
    """The same as an ``@online`` entry of a BibTeX file, with TeX's own signs escaped."""

    def tex(text: str) -> str:
        return _line(text).translate(_TEX)

    fields = {
        "author": "{" + tex(cited.by) + "}",
        "title": "{" + tex(cited.title) + "}",
        "organization": tex(cited.site),
        "date": cited.published[: 7 if cited.precision == "month" else 10],
        "url": _address(cited.url),
        "urldate": cited.captured[:10],
        "note": f"Archived at {_address(cited.archive_url)}{_warned(cited)}",
        "langid": "vietnamese",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "@online{" + cited.key + ",\n" + "\n".join(lines) + "\n}\n"


def ris(cited: Cited) -> str:
    """The same as a record of a RIS file, for reference managers."""
    date = cited.published[: 7 if cited.precision == "month" else 10].replace("-", "/")
    lines = [
        ("TY", "ELEC"),
        ("AU", _line(cited.by)),
        ("TI", _line(cited.title)),
        ("T2", _line(cited.site)),
        ("PY", date[:4]),
        ("DA", date),
        ("UR", _address(cited.url)),
        ("L2", _address(cited.archive_url)),
        ("Y2", cited.captured[:10].replace("-", "/")),
        ("DP", _line(cited.archive_title)),
        ("LA", "vi"),
        ("N1", _line(cited.warning)),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines if value) + "ER  - \r\n"


def _warned(cited: Cited) -> str:
    return f" [{cited.warning}]" if cited.warning else ""


def _address(url: str) -> str:
    """An address that can break neither a line nor a BibTeX field."""
    escaped = url.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")
    return re.sub(r"\s", "%20", escaped)[:2000]

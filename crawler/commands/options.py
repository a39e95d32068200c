"""The options that several commands take, worded once, and what is refused of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from difflib import get_close_matches as alike
from pathlib import Path
from typing import Any

import click

MAX_CONTACT = 200
WHO_ASKS = (
    "A live crawl says who is asking: give --contact with an e-mail or web address "
    "(or set CONGDOAN_CONTACT). To try without the internet, use --sample."
)

_REACHES = re.compile(r"[^\s@]+@[\w-]+(\.[\w-]+)+|(https?://|www\.)[\w-]+(\.[\w-]+)+")
"""An e-mail address or a web address; no rule of form, but what nobody can answer is none."""

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

data_option: Decorator = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data"),
    show_default=True,
    metavar="DIR",
    help="Folder of the archive: archive.db and warc/.",
)
json_option: Decorator = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON for scripts."
)
max_pages_option: Decorator = click.option(
    "--max-pages", type=click.IntRange(1), help="Stop each site after so many answers."
)
recheck_option: Decorator = click.option(
    "--recheck", is_flag=True, help="Look at every known article again, due or not."
)


def contact_option(note: str = "", owner: str = "a site's owner") -> Decorator:
    """``--contact``, by which ``owner`` reaches who runs the command; ``note`` ends its help."""
    return click.option(
        "--contact",
        envvar="CONGDOAN_CONTACT",
        default="",
        metavar="ADDRESS",
        help=f"E-mail or web address by which {owner} reaches you; part of the User-Agent. Also "
        f"read from CONGDOAN_CONTACT. {note}".rstrip(),
    )


def jobs_option(what: str, default: int | None = None) -> Decorator:
    """``--jobs``: how many of ``what`` at a time; without a default, as many as cores."""
    return click.option(
        "--jobs",
        type=click.IntRange(1, 64),
        default=default,
        show_default=default is not None,
        help=f"{what}{'' if default else ' [default: cores]'}",
    )


def refuse_bad_contact(contact: str, missing: str = "") -> None:
    """Raise click.UsageError for a contact by which nobody is reached, or that cannot stand in a
    User-Agent.

    ``missing``: what is said where there is none; "" where none is needed.
    """
    if missing and not contact:
        raise click.UsageError(missing)
    if not contact.isascii() or not contact.isprintable() or len(contact) > MAX_CONTACT:
        raise click.UsageError("The contact must be plain ASCII, without line breaks, and short.")
    if contact and not _REACHES.search(contact):
        raise click.UsageError(
            "The contact must be an e-mail address or a web address by which a site's owner reaches"
            f" you; {contact!r} is neither."
        )


def chosen_sites(names: Sequence[str], every: Sequence[str] | None) -> list[str]:
    """The named sites, each once; or ``every``, where --all was said (else it is None).

    Raises click.UsageError where neither is given, or both.
    """
    if names and every is not None:
        raise click.UsageError(f"--all or sites by name, not both: {', '.join(names)}.")
    chosen = list(dict.fromkeys(names)) if every is None else list(every)
    if not chosen:
        raise click.UsageError(
            "Name the sites to crawl, or say --all. `congdoan sites` lists them."
        )
    return chosen


def refuse_unknown(names: Collection[str], declared: Collection[str]) -> None:
    """Raise click.UsageError for names that no site is declared by."""
    if unknown := [name for name in names if name not in declared]:
        said = ", ".join(unknown)
        near = ", ".join(dict.fromkeys(hit for name in unknown for hit in alike(name, declared)))
        hint = f"Did you mean {near}? " if near else ""
        raise click.UsageError(f"No such site: {said}. {hint}`congdoan sites` lists all.")

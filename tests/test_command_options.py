"""What the commands have in common is the same in each: options, refusals, complaints."""

from __future__ import annotations

import errno
import json
import sqlite3
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from archive.database import ArchiveError
from crawler.cli import congdoan
from crawler.commands.options import refuse_bad_contact
from crawler.commands.outcomes import complaints

LIVE = {
    "crawl": ["lang_son"],
    "new-site": ["https://congdoan.example.vn/"],
    "node": [],
    "schedule": ["--once"],
    "import-captures": ["http://127.0.0.1:9/cdx?url=a.example"],
}
"""The commands that take --contact, with what else they need."""


def with_option(name: str) -> dict[str, click.Parameter]:
    return {
        word: option
        for word, command in congdoan.commands.items()
        for option in command.params
        if name in option.opts
    }


@pytest.mark.parametrize("name", ["--data", "--json", "--recheck", "--max-pages"])
def test_an_option_is_the_same_everywhere(name: str) -> None:
    found = with_option(name)
    assert len(found) > 1
    told = [option.to_info_dict() for option in found.values()]
    assert told == [told[0]] * len(told)


def test_every_command_that_asks_somebody_takes_a_contact() -> None:
    found = with_option("--contact")
    assert set(found) == set(LIVE)
    assert all(option.envvar == "CONGDOAN_CONTACT" for option in found.values())


@pytest.mark.parametrize("contact", ["công đoàn", "a@example.org\nCookie: 1", "a" * 201, "\x7f"])
@pytest.mark.parametrize("command", LIVE)
def test_a_contact_that_fits_no_header_is_refused(
    command: str, contact: str, tmp_path: Path
) -> None:
    given = [command, *LIVE[command], "--data", str(tmp_path / "d"), "--contact", contact]
    result = CliRunner().invoke(congdoan, given)
    assert result.exit_code == 2, result.output
    assert "The contact must be plain ASCII, without line breaks, and short." in result.output
    assert not (tmp_path / "d" / "archive.db").exists()


@pytest.mark.parametrize(
    "contact", ["hello", "you@", "@example.org", "you at example.org", "http://"]
)
@pytest.mark.parametrize("command", LIVE)
def test_a_contact_that_reaches_nobody_is_refused(
    command: str, contact: str, tmp_path: Path
) -> None:
    given = [command, *LIVE[command], "--data", str(tmp_path / "d"), "--contact", contact]
    result = CliRunner().invoke(congdoan, given)
    assert result.exit_code == 2, result.output
    assert "an e-mail address or a web address" in " ".join(result.output.split())
    assert not (tmp_path / "d" / "archive.db").exists()


@pytest.mark.parametrize(
    "contact", ["you@example.org", "https://example.org/crawler", "www.example.org", "A B a@b.vn"]
)
def test_a_contact_that_reaches_somebody_is_taken(contact: str) -> None:
    refuse_bad_contact(contact)


@pytest.mark.parametrize("command", sorted(set(LIVE) - {"import-captures"}))
def test_without_a_contact_nobody_is_asked(command: str, tmp_path: Path) -> None:
    given = [command, *LIVE[command], "--data", str(tmp_path / "d")]
    result = CliRunner(env={"CONGDOAN_CONTACT": ""}).invoke(congdoan, given)
    assert result.exit_code == 2, result.output
    assert "says who is asking" in result.output


@pytest.mark.parametrize(
    "command", ["crawl --sample", "dispatch --node http://127.0.0.1:9", "status"]
)
def test_a_site_that_nobody_knows_is_told_with_its_neighbour(command: str, tmp_path: Path) -> None:
    given = [*command.split(), "langson", "--data", str(tmp_path / "d")]
    result = CliRunner().invoke(congdoan, given)
    assert result.exit_code == 2
    assert "No such site: langson. Did you mean lang_son?" in result.output
    assert "hai_phong" not in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("import-captures nowhere.cdxj", "There is no file nowhere.cdxj"),
        ("evaluate nowhere", "does not exist"),
    ],
)
def test_a_file_that_is_not_there_leaves_nothing(
    words: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(congdoan, words.split())
    assert list(tmp_path.iterdir()) == []
    assert result.exit_code == 2
    assert said in result.output


def test_where_no_archive_is_the_list_of_sites_says_so(tmp_path: Path) -> None:
    result = CliRunner().invoke(congdoan, ["sites", "--json", "--data", str(tmp_path / "typo")])
    assert result.exit_code == 0
    assert "There is no archive in" in result.stderr
    assert len(json.loads(result.stdout)) > 40


@pytest.mark.parametrize("command", sorted(congdoan.commands))
def test_every_command_tells_its_exit_codes(command: str) -> None:
    result = CliRunner().invoke(congdoan, [command, "--help"])
    assert "Exit codes" in result.output
    assert "  2    the command was given wrongly" in result.output


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ArchiveError("no archive"), "no archive"),
        (OSError(errno.ENOSPC, "No space left", "data/x"), "No space left: data/x"),
        (OSError(errno.ENOSPC, "No space left"), "No space left"),
        (sqlite3.OperationalError("disk I/O error"), "The database cannot be used: disk I/O"),
        (KeyError("told"), "told"),
    ],
)
def test_what_goes_wrong_is_a_message(error: Exception, said: str) -> None:
    with pytest.raises(click.ClickException) as shown, complaints(KeyError):
        raise error
    assert said in shown.value.message
    assert not shown.value.message.endswith(": ")


@pytest.mark.parametrize("error", [BrokenPipeError(), ValueError("a fault of the program")])
def test_what_is_no_complaint_passes(error: Exception) -> None:
    with pytest.raises(type(error)), complaints():
        raise error


@pytest.mark.parametrize("command", ["crawl", "dispatch"])
def test_all_and_names_are_not_said_together(command: str, tmp_path: Path) -> None:
    given = [command, "--all", "lang_son", "--data", str(tmp_path / "d")]
    given += ["--node", "http://127.0.0.1:9"] if command == "dispatch" else ["--sample"]
    result = CliRunner().invoke(congdoan, given)
    assert result.exit_code == 2
    assert "--all or sites by name, not both: lang_son." in result.output
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("day", ["2026-13-45", "2026-02-30", "0000-01-01", "٢٠٢٦-٠١-٠١"])
def test_a_day_that_is_none_is_refused_by_a_rebuild(day: str, tmp_path: Path) -> None:
    given = ["rebuild", "--since", day, "--data", str(tmp_path / "d")]
    result = CliRunner().invoke(congdoan, given)
    assert result.exit_code == 2
    assert "is no day, such as 2026-01-01" in result.output
    assert not (tmp_path / "d").exists()

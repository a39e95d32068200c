"""Tables show what stands in them: what a stranger wrote is neither markup nor control."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.commands.importing import import_
from crawler.crawling import SiteRun
from crawler.display import print_summary, print_table
from tests.archive.small_archive import filled

ODD = [
    "[/x].warc.gz",
    "[bold red]hello",
    "div[itemprop=x], [data-a]",
    "[link=http://a.example]b[/link]",
    "\\[x",
    ":warning:",
]


@pytest.mark.parametrize("text", ODD)
def test_cells_are_printed_as_they_are(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_table("Status", ("site", "why_so"), [{"site": text, "why_so": text}, {"site": None}])
    assert capsys.readouterr().out.count(text) == 2


def test_control_sequences_reach_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("Status", ("site",), [{"site": "a\x1b]0;x\x07\x9b31m\u202eb"}])
    said = capsys.readouterr().out
    assert "a\ufffd]0;x\ufffd\ufffd31m\ufffdb" in said


@pytest.mark.parametrize("text", ODD)
def test_a_crawl_is_told_as_it_is(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_summary([SiteRun(text, outcome=text, detail=text)], as_json=False)
    assert capsys.readouterr().out.count(text) == 4


def test_a_file_called_as_markup_is_imported_and_told(tmp_path: Path) -> None:
    filled(tmp_path / "theirs")
    (warc,) = (tmp_path / "theirs" / "warc").glob("*.warc.gz")
    odd = warc.rename(tmp_path / "[x].warc.gz")
    given = [str(odd), "--data", str(tmp_path / "data")]
    done = CliRunner().invoke(import_, given, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "[x].warc.gz" in done.stdout.replace("\n", "")

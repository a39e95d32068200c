"""What a node takes from scrapyd, and what it leaves to its own settings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from scrapy.settings import BaseSettings, Settings
from sqlite_utils import Database

from archive.database import ArchiveError
from crawler.commands.nodes import PASSWORD, USER, collect, dispatch, node
from crawler.nodes.collecting import collect as collect_folders
from crawler.nodes.job import Job, JobRefused, crawl_job, read_job, settings_of
from crawler.nodes.node_settings import NodeSettings
from crawler.nodes.reports import read_report
from crawler.nodes.serving import RUNNER, scrapyd_config
from crawler.one_site import crawl_settings
from crawler.plan import Plan
from tests.nodes.written_segments import write_segment


def arguments(*pairs: str) -> list[str]:
    return ["lang_son", *(word for pair in pairs for word in ("-a", pair))]


def test_a_job_is_read() -> None:
    said = arguments("_job=lang_son-7", "token=7", "max_pages=30", "max_minutes=5", "walk_all=1")
    assert read_job(said) == Job("lang_son", 7, max_pages=30, max_minutes=5, walk_all=True)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([], "usage"),
        (["-a", "token=7"], "usage"),
        (["lang_son", "-a"], "usage"),
        (["lang_son", "-s", "ROBOTSTXT_OBEY=0"], "settings are the node's own"),
        (arguments("_job=lang_son-7", "token=7", "start_urls=http://x/"), "unknown arguments"),
        (arguments("_job=lang_son-8", "token=7"), "is called"),
        (arguments("token=7"), "is called"),
        (arguments("_job=lang_son-7", "token=x"), "no numbers"),
        (arguments("_job=lang_son-7", "token=7", "max_pages=-1"), "no numbers"),
        (["no_such_site", "-a", "_job=no_such_site-7", "-a", "token=7"], "no site"),
    ],
)
def test_what_is_no_job_is_refused(said: list[str], reason: str) -> None:
    with pytest.raises(JobRefused, match=reason):
        read_job(said)


def test_a_job_without_a_lease_asks_nothing(tmp_path: Path) -> None:
    """As when a node that lay still for long wakes with a job in its queue."""
    settings = NodeSettings(str(tmp_path), "a@example.org")
    said = crawl_job(Job("lang_son", 7), settings)
    assert said["outcome"] == "interrupted"
    assert read_report(settings.reports, "lang_son-7") == said
    assert not (tmp_path / "warc").exists()


def test_a_nodes_crawl_keeps_all_that_any_crawl_keeps(tmp_path: Path) -> None:
    """Only the fence and the report differ from ``congdoan crawl``."""
    plan = Plan("lang_son", str(tmp_path), "a@example.org")
    usual = crawl_settings(plan, "c-1")
    fenced = crawl_settings(plan, "c-1", settings_of(Job("lang_son", 7), NodeSettings("x")))

    def told(settings: Settings) -> dict[str, object]:
        values = {name: settings.attributes[name].value for name in settings}
        return {
            name: dict(value) if isinstance(value, BaseSettings) else value
            for name, value in values.items()
        }

    before, now = told(usual), told(fenced)
    differing = {name for name in now if repr(now[name]) != repr(before.get(name))}
    assert differing == {
        "DOWNLOAD_HANDLERS",
        "EXTENSIONS",
        "NODE_LEASES",
        "NODE_REPORTS",
        "NODE_TOKEN",
        "NODE_JOB",
    }
    assert fenced["USER_AGENT"].endswith("a@example.org)")
    kept = {name for name, order in fenced["EXTENSIONS"].items() if order is not None}
    left_out = {name for name, order in usual["EXTENSIONS"].items() if order is not None} - kept
    assert left_out == {"crawler.progress.Progress"}


def test_nothing_can_be_uploaded_to_a_node() -> None:
    config = scrapyd_config(NodeSettings("/data"), "127.0.0.1", 6800, 4)
    services = config["services"]
    assert not [name for name in services if "version" in name or "project" in name]
    assert config["scrapyd"]["runner"] == RUNNER


def test_the_runner_lists_the_sites() -> None:
    said = subprocess.run(
        [sys.executable, "-m", RUNNER, "list", "-s", "LOG_STDOUT=0"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "lang_son" in said.stdout.splitlines()


@pytest.mark.parametrize(
    ("command", "said", "reason"),
    [
        (node, [], "says who is asking"),
        (node, ["--contact", "a\nb"], "plain ASCII"),
        (node, ["--contact", "a@example.org", "--host", "0.0.0.0"], "could command this node"),
        (dispatch, ["--node", "http://h:1"], "Name the sites"),
        (dispatch, ["--node", "http://h:1", "no_such_site"], "No such site"),
        (dispatch, ["--node", "h:1", "lang_son"], "looks like"),
        (dispatch, ["--node", "http://h:1", "--lease", "10", "--poll", "5", "lang_son"], "quarter"),
    ],
)
def test_a_command_given_wrongly_says_so(
    tmp_path: Path, command: object, said: list[str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (USER, PASSWORD, "CONGDOAN_CONTACT"):
        monkeypatch.delenv(name, raising=False)
    result = CliRunner().invoke(command, [*said, "--data", str(tmp_path / "data")])  # type: ignore[arg-type]
    assert result.exit_code == 2
    assert reason in " ".join(result.output.split())
    assert not (tmp_path / "data").exists()


def test_half_a_password_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(USER, "congdoan")
    monkeypatch.delenv(PASSWORD, raising=False)
    said = ["--node", "http://127.0.0.1:1", "lang_son", "--data", str(tmp_path)]
    result = CliRunner().invoke(dispatch, said)
    assert result.exit_code == 2
    assert PASSWORD in result.output


def test_collecting_twice_changes_nothing_and_a_damaged_segment_harms_no_other(
    tmp_path: Path,
) -> None:
    one = write_segment(tmp_path / "one" / "warc", "tan_an_1", 4)
    two = write_segment(tmp_path / "two" / "warc", "tan_an_2", 3)
    (tmp_path / "one" / "warc" / "quan_1-1.warc.gz.open").write_bytes(b"still written")
    whole, data = one.read_bytes(), tmp_path / "main"
    folders = [tmp_path / "one", tmp_path / "two" / "warc"]
    one.write_bytes(whole[: len(whole) // 2])  # As a copy that was broken off.
    report = collect_folders(folders, data, jobs=1)
    assert [row["file"] for row in report["refused"]] == [str(one)]
    assert [(row["file"], row["captures"]) for row in report["files"]] == [(str(two), 3)]
    one.write_bytes(whole)
    said = [*map(str, folders), "--data", str(data), "--jobs", "1"]
    result = CliRunner().invoke(collect, said)
    assert result.exit_code == 0, result.output
    db = Database(data / "archive.db")
    before = {table: list(db[table].rows) for table in ("captures", "articles", "warc_files")}
    assert (len(before["captures"]), len(before["articles"])) == (7, 7)
    two.rename(two.with_name("another-name.warc.gz"))
    again = collect_folders(folders, data, jobs=1)
    assert (again["files"], again["known"], again["refused"]) == ([], 2, [])
    assert before == {table: list(db[table].rows) for table in before}
    db.close()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no folder"):
        collect_folders([tmp_path / "nowhere"], tmp_path / "main")

"""What README, documents and helps tell people to type exists, and what they point to is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from archive.database import article_id
from crawler.cli import congdoan
from crawler.extraction.urls import article_key
from crawler.sample_web import SITES, expected_articles

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
        *(ROOT / "docs").glob("*.md"),
    ]
)
WORD = r"[a-z][a-z-]*"
NO_COMMANDS = {"congdoan archive", "congdoan with"}


def commands_in(text: str) -> list[str]:
    """Every call of the program in a text: the lines of its code, and its code between words."""
    text = text.replace("\\\n", " ")
    blocks = re.findall(r"```[a-z]*\n(.*?)```", text, re.S)
    blocks += re.findall(r"(?m)^(?: {4}|\t).*$", text)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"(?s)```.*?```", "", text))
    lines = [line for block in blocks for line in block.splitlines()] + spans
    found = []
    for line in lines:
        line = re.split(r"\s#\s|\||;|&&|>", line)[0]
        match = re.search(rf"(?:^|\s|/)congdoan ({WORD}.*)$", line)
        if match and not re.match(r"\s*(?:make|git|adduser|install|chown|apt|systemctl)", line):
            found.append(match[1])
    return found


def complaint_of(call: str) -> str:
    """What is wrong with a call, "" for nothing: its command and every option it names."""
    try:
        name, *arguments = shlex.split(re.sub(r"[\[\]]|\.\.\.|…", " ", call))
    except ValueError as error:
        return f"{call}: {error}"
    command = congdoan.commands.get(name)
    if not isinstance(command, click.Command):
        return f"congdoan {name}: there is no such command"
    known = {"--help", "-h"} | {
        option
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    for argument in arguments:
        if argument.startswith("-") and argument.split("=")[0] not in known:
            return f"congdoan {name} {argument}: there is no such option"
    return ""


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_of_a_document_exists(path: Path) -> None:
    calls = commands_in(path.read_text(encoding="utf-8"))
    assert [wrong for call in calls if (wrong := complaint_of(call))] == []


def test_the_documents_name_commands_at_all() -> None:
    """So that the test above cannot pass by finding nothing; every command is documented."""
    named = {call.split()[0] for path in DOCUMENTS for call in commands_in(path.read_text("utf-8"))}
    assert named >= set(congdoan.commands)


@pytest.mark.parametrize("name", sorted(congdoan.commands))
def test_every_command_of_a_help_exists(name: str) -> None:
    text = (congdoan.commands[name].help or "").replace("\\\n", " ")
    calls = [
        re.split(r" {2,}|\s\|\s|\s#", call)[0]
        for call in re.findall(rf"(?m)^\s*congdoan ({WORD}.*)$", text)
    ]
    assert calls, "an example says more than a list of options"
    assert [wrong for call in calls if (wrong := complaint_of(call))] == []


def test_the_help_begins_with_an_archive_of_its_own_for_the_sample() -> None:
    """Else whoever follows it is refused at the first live crawl."""
    lines = re.findall(rf"(?m)^\s*congdoan ({WORD}.*)$", congdoan.help or "")
    calls = [re.split(r" {3,}", line)[0] for line in lines]
    assert [wrong for call in calls if (wrong := complaint_of(call))] == []
    texts = [path.read_text(encoding="utf-8") for path in DOCUMENTS]
    samples = [call for call in calls if "--sample" in call]
    samples += [
        call for text in texts for call in commands_in(text) if "crawl --all --sample" in call
    ]
    assert len(samples) >= 2
    assert [call for call in samples if "--data data-sample" not in call] == []
    assert "data-sample" in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("call", "wrong"),
    [
        ("cdx", "congdoan cdx: there is no such command"),
        ("crawl --al", "congdoan crawl --al: there is no such option"),
        ("crawl SITE --max-pages=3", ""),
        ("rebuild [--site S]", ""),
    ],
)
def test_what_is_wrong_with_a_call(call: str, wrong: str) -> None:
    assert complaint_of(call) == wrong


def anchors_of(path: Path) -> set[str]:
    """The headings of a document as addresses, as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ (.*)$", path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_of_a_document_leads_somewhere(path: Path) -> None:
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if re.match(r"https?:|mailto:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists() or (anchor and anchor not in anchors_of(there)):
            dead.append(target)
    assert dead == []


def test_every_document_is_led_to_from_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    unnamed = [
        path.name for path in (ROOT / "docs").glob("*.md") if f"docs/{path.name}" not in text
    ]
    assert unnamed == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_names_is_there(path: Path) -> None:
    """Files and folders of the project, in the documents' own code."""
    rooms = "archive|crawler|spiders|tests|benchmarks|deploy|docs"
    named = re.findall(rf"`((?:{rooms})/[\w./-]*\w)`", path.read_text(encoding="utf-8"))
    missing = [name for name in named if not (ROOT / name).exists()]
    assert [name for name in missing if not re.search("NAME|SITE|example", name)] == []


def test_the_helps_and_the_documents_copy_segments_alike() -> None:
    said = "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    helped = "".join(command.help or "" for command in congdoan.commands.values())
    lines = [re.findall(r"rsync -a (--include.*?) \S+:data/warc/", text) for text in (said, helped)]
    assert lines[0] and lines[0] == lines[1]


def test_the_article_that_is_shown_as_an_example_is_one_of_the_samples() -> None:
    shown = congdoan.commands["show"].help or ""
    [address] = re.findall(r"congdoan show (https://\S+)", shown)
    known = {article.url for site in SITES for article in expected_articles(site, 1)}
    assert address in known
    [number] = re.findall(r"congdoan show (\d+) --data data-sample", shown)
    assert int(number) == article_id(article_key(address))
    assert f"congdoan show {number} --data data-sample" in (ROOT / "README.md").read_text("utf-8")

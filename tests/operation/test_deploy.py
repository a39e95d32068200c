"""What deploy/ offers is checked as far as this machine can: units, crontab, container, example."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from apscheduler.triggers.cron import CronTrigger

from archive.health.judgement import WORDS
from crawler.cli import congdoan
from crawler.operation.configuration import Config, read_config

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(path.name for path in DEPLOY.glob("congdoan-*.*"))


def commands(text: str) -> list[list[str]]:
    """Every call of the program in a text, as its arguments."""
    lines = re.findall(
        r"(?:^|[\s=`])(?:/opt/congdoan/\.venv/bin/)?congdoan ([a-z][^\n>|#`]*)", text
    )
    return [shlex.split(line.replace("\\", "")) for line in lines]


def check_command(arguments: list[str]) -> None:
    """That the command exists and takes these options."""
    command = congdoan.commands.get(arguments[0])
    assert isinstance(command, click.Command), arguments
    known = {
        name
        for parameter in command.params
        for name in (*parameter.opts, *parameter.secondary_opts)
    }
    for argument in arguments[1:]:
        if argument.startswith("--"):
            assert argument.partition("=")[0] in known, arguments


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    for name in UNITS:
        text = (DEPLOY / name).read_text(encoding="utf-8")
        # The program is not installed where the unit will find it.
        (tmp_path / name).write_text(
            text.replace("/opt/congdoan/.venv/bin/congdoan", sys.executable), encoding="utf-8"
        )
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if "congdoan" in line]
    assert (done.returncode, said) == (0, []), done.stderr


SERVICES = [name for name in UNITS if name.endswith(".service")]
EXPOSED = 25
"""Of ten times ten: where systemd-analyze calls a service exposed a little. Most services that come
with a distribution have 90."""


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_may_do_little(name: str) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    done = subprocess.run(
        [
            *["systemd-analyze", "security", "--no-pager", "--offline=yes"],
            *[f"--threshold={EXPOSED}", str(DEPLOY / name)],
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze looks at no files")
    assert done.returncode == 0, done.stdout + done.stderr


def settings_of_unit(name: str) -> dict[str, list[str]]:
    """What a unit says, by name, in the order of its lines."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / name).read_text(encoding="utf-8").splitlines():
        word, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(word, []).append(value)
    return found


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_is_no_ones_but_its_own_users(name: str) -> None:
    """Units that share an archive share its user: one's files must be the other's to read."""
    said = settings_of_unit(name)
    if "congdoan-node" in name:
        assert said["DynamicUser"] == ["yes"]
    else:
        assert (said["User"], said["StateDirectory"]) == (["congdoan"], ["congdoan"])
        assert "--data /var/lib/congdoan" in said["ExecStart"][0]
    assert said["CapabilityBoundingSet"] == [""]
    assert said["NoNewPrivileges"] == ["yes"]


def test_the_face_answers_this_machine_alone() -> None:
    said = settings_of_unit("congdoan-serve.service")
    assert (said["IPAddressDeny"], said["IPAddressAllow"]) == (["any"], ["localhost"])
    assert "--host" not in said["ExecStart"][0]


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_calls_what_there_is(name: str) -> None:
    called = settings_of_unit(name)["ExecStart"]
    assert len(called) == 1
    for arguments in commands(called[0]):
        check_command(arguments)


def test_the_crontab() -> None:
    lines = [
        line
        for line in (DEPLOY / "crontab").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#") and not re.match(r"\w+=", line)
    ]
    assert len(lines) == 2
    for line in lines:
        *times, command = line.split(maxsplit=5)
        CronTrigger.from_crontab(" ".join(times))
        assert "%" not in command, "cron takes it for a line end"
        (arguments,) = commands(command)
        check_command(arguments)


def test_the_container_copies_what_there_is() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    copied = [line.split()[1:-1] for line in text.splitlines() if re.match(r"COPY (?!--)", line)]
    for name in (name for names in copied for name in names):
        assert (ROOT / name).exists(), name
    packages = {name for names in copied for name in names if "." not in name}
    assert packages >= {"archive", "crawler", "spiders"}
    entry = re.search(r"^CMD \[(.*)\]$", text, re.M)
    assert entry is not None
    check_command([word.strip(' "') for word in entry[1].split(",")])


PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.M)


def test_the_container_gets_what_is_needed_to_run_at_the_versions_that_are_tested() -> None:
    """``make lock`` writes both; a lock of the container's own would be tested by nobody."""
    tested = dict(PIN.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    run = dict(PIN.findall((ROOT / "requirements-run.lock").read_text(encoding="utf-8")))
    assert run.items() <= tested.items()
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*declared["dependencies"], *declared["optional-dependencies"]["nodes"]]
    names = {re.split(r"[<>=]", line)[0].lower().replace("_", "-") for line in wanted}
    assert names <= run.keys()
    # What builds the package without a network, and nothing that only develops it.
    assert "setuptools" in run
    assert not {"pytest", "mypy", "ruff", "playwright", "hypothesis", "distributed"} & run.keys()


def test_the_example_of_a_configuration_says_the_defaults() -> None:
    assert read_config(DEPLOY, DEPLOY / "congdoan.toml") == Config()


def test_the_commands_of_the_documentation() -> None:
    text = (ROOT / "docs" / "operation.md").read_text(encoding="utf-8")
    found = commands(text.replace("\\\n", " "))
    assert len(found) >= 6
    for arguments in found:
        check_command(arguments)


def test_the_documentation_names_every_word_with_its_exit_code() -> None:
    text = (ROOT / "docs" / "operation.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| .* \| (\d+) \|$", text, re.M))
    assert {name: int(code) for name, code in rows.items()} == {
        name: word.exit_code for name, word in WORDS.items()
    }

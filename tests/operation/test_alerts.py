"""Alerts: once for every change, by webhook and by mail, and again when they did not arrive."""

from __future__ import annotations

import json
import logging
import socketserver
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message

import pytest
from sqlite_utils import Database

from archive.health.judgement import Health, all_health
from crawler.operation.alerts import Change, Send, note_states, senders, tell
from crawler.operation.configuration import AlertConfig
from tests.free_ports import free_port
from tests.operation.newsroom import START, Newsroom
from tests.operation.scripted_web import Said, ScriptedWeb

UNHURRIED = "cto=240&rto=240"
"""Apprise gives up after four seconds, unless told otherwise."""


class Mailbox:
    """What was sent, and whether it arrives."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str]] = []
        self.open = True

    def __call__(self, title: str, body: str) -> bool:
        if self.open:
            self.letters.append((title, body))
        return self.open


def state(word: str, reason: str = "so") -> list[Health]:
    return [Health("lang_son", word, reason)]


def told(
    db: Database, ways: Send | Sequence[Send], *words: str, after: timedelta = timedelta(0)
) -> None:
    """A look every hour, each finding the site in the next of ``words``."""
    ways = [ways] if callable(ways) else ways
    for number, word in enumerate(words):
        tell(db, state(word), AlertConfig(), START + after + timedelta(hours=number), ways)


def test_once_for_every_change_and_for_the_recovery(db: Database) -> None:
    mailbox = Mailbox()
    told(db, mailbox, "never", "current", "failing", "failing", "failing", "current", "current")
    assert [body for _, body in mailbox.letters] == [
        "lang_son: failing (so)",
        "lang_son: current again (was failing)",
    ]
    assert mailbox.letters[0][0] == "Công đoàn Archive: lang_son failing"


def test_from_bad_to_worse_is_told_and_behind_is_not(db: Database) -> None:
    mailbox = Mailbox()
    told(db, mailbox, "current", "behind", "failing", "gone", "gone", "behind", "current")
    assert [body.split(" ")[1] for _, body in mailbox.letters] == ["failing", "gone", "behind"]


def test_what_did_not_arrive_is_sent_again(db: Database) -> None:
    mailbox = Mailbox()
    mailbox.open = False
    told(db, mailbox, "current", "changed", "changed")
    assert mailbox.letters == []
    mailbox.open = True
    told(db, mailbox, "changed", "changed", after=timedelta(hours=6))
    assert [body for _, body in mailbox.letters] == ["lang_son: changed (so)"]


def test_a_dead_address_makes_no_other_hear_it_twice(db: Database) -> None:
    dead, mailbox = Mailbox(), Mailbox()
    dead.open = False
    told(db, [dead, mailbox], "current", *["failing"] * 30, "current", "current")
    assert [body for _, body in mailbox.letters] == [
        "lang_son: failing (so)",
        "lang_son: current again (was failing)",
    ]
    # What has passed before it could be told is told no more.
    dead.open = True
    told(db, [dead, mailbox], "current", after=timedelta(days=9))
    assert (dead.letters, len(mailbox.letters)) == ([], 2)
    assert db.execute("select count(*) from undelivered_alerts").fetchone() == (0,)


def test_an_address_that_comes_back_hears_what_is_still_so(db: Database) -> None:
    dead, mailbox = Mailbox(), Mailbox()
    dead.open = False
    told(db, [mailbox, dead], "current", "failing", "gone", "gone")
    waits = db.execute("select address, site, told_word from undelivered_alerts").fetchall()
    assert waits == [(2, "lang_son", "")]
    dead.open = True
    told(db, [mailbox, dead], "gone", "gone", after=timedelta(days=2))
    assert [body for _, body in dead.letters] == ["lang_son: gone (so)"]
    assert [body.split()[1] for _, body in mailbox.letters] == ["failing", "gone"]


def test_an_address_that_cannot_be_told_is_tried_ever_more_seldom(db: Database) -> None:
    tries: list[datetime] = []
    dead = Mailbox()
    dead.open = False
    for hour in range(14 * 24):
        now = START + timedelta(hours=hour)

        def way(title: str, body: str, now: datetime = now) -> bool:
            tries.append(now)
            return dead(title, body)

        tell(db, state("gone"), AlertConfig(), now, [way])
    hours = [int((at - START).total_seconds()) // 3600 for at in tries]
    # After a quarter of an hour, an hour, four, twelve, then daily.
    assert hours[:7] == [0, 1, 2, 6, 18, 42, 66]
    assert len(hours) == 18


def test_an_address_that_is_configured_no_more_waits_for_nothing(db: Database) -> None:
    dead, mailbox = Mailbox(), Mailbox()
    dead.open = False
    told(db, [mailbox, dead], "current", "gone")
    told(db, [mailbox], "gone", after=timedelta(hours=3))
    assert db.execute("select count(*) from undelivered_alerts").fetchone() == (0,)


def test_the_log_is_told_once_whoever_could_not_be(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    dead = Mailbox()
    dead.open = False
    with caplog.at_level(logging.WARNING):
        told(db, dead, "current", "gone", "gone", "gone")
    assert [record.message for record in caplog.records] == ["lang_son: gone (so)"]


def test_many_changes_are_one_letter(db: Database) -> None:
    mailbox = Mailbox()
    states = [Health(f"site_{n}", "gone", "so") for n in range(5)]
    tell(db, states, AlertConfig(), START, [mailbox])
    (letter,) = mailbox.letters
    assert letter[0] == "Công đoàn Archive: 5 sites, 5 need a person"
    assert len(letter[1].splitlines()) == 5


def test_without_anybody_to_tell_the_log_is_told(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        told(db, [], "current", "blocked", "blocked")
    assert [record.message for record in caplog.records] == ["lang_son: blocked (so)"]
    assert caplog.records[0].levelname == "WARNING"


def test_since_when_a_state_holds(db: Database) -> None:
    for number, word in enumerate(["current", "failing", "failing"]):
        note_states(db, state(word), START + timedelta(hours=number))
    row = db.execute("select word, since, checked_at from health_states").fetchone()
    assert row == ("failing", "2026-03-01T06:00:00+07:00", "2026-03-01T07:00:00+07:00")


def test_a_webhook_gets_json(db: Database) -> None:
    with ScriptedWeb({"/hook": Said(200, b"ok")}) as web:
        config = AlertConfig((web.address.replace("http://", "json://") + f"/hook?{UNHURRIED}",))
        told(db, senders(config), "current", "failing", "failing")
        (asked,) = web.asked
    assert asked.method == "POST"
    said = json.loads(asked.body)
    assert said["title"] == "Công đoàn Archive: lang_son failing"
    assert said["message"] == "lang_son: failing (so)"


def test_a_webhook_that_answers_500_has_not_heard(db: Database) -> None:
    with ScriptedWeb({"/hook": [Said(500), Said(200)]}) as web:
        config = AlertConfig((web.address.replace("http://", "json://") + f"/hook?{UNHURRIED}",))
        told(db, senders(config), "failing", "failing", "failing")
        assert len(web.asked) == 2


class _Letters(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Postman)
        self.letters: list[Message] = []


class _Postman(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as one letter needs."""

    server: _Letters

    def handle(self) -> None:
        self.say("220 ready")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"DATA":
                self.say("354 go on")
                lines: list[bytes] = []
                while (text := self.rfile.readline()) != b".\r\n":
                    lines.append(text.removeprefix(b"."))
                self.server.letters.append(message_from_bytes(b"".join(lines)))
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            self.say("250 ok")

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


@pytest.fixture
def post() -> Iterator[_Letters]:
    with _Letters() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_letter_arrives_by_mail(db: Database, post: _Letters) -> None:
    address = f"mailto://127.0.0.1:{post.server_address[1]}?from=kho@example.org&to=toi@example.org"
    address += f"&{UNHURRIED}"
    told(db, senders(AlertConfig((address,))), "current", "gone")
    (letter,) = post.letters
    assert letter["To"] == "toi@example.org"
    assert "kho@example.org" in letter["From"]
    texts = [part.get_payload(decode=True) for part in letter.walk() if not part.is_multipart()]
    assert any(b"lang_son: gone (so)" in text for text in texts if isinstance(text, bytes))


def test_nobody_there_is_no_crash_and_no_secret_in_the_log(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor in the log of the library that sends, whatever it repeats of an address."""
    nobody = f"127.0.0.1:{free_port()}"
    config = AlertConfig(
        (
            f"json://user:geheim@{nobody}/hook-geheim?{UNHURRIED}",
            f"mailto://user:geheim@{nobody}?from=a@b.example&to=geheim@b.example&{UNHURRIED}",
            f"xml://user:geheim@{nobody}/geheim?{UNHURRIED}",
        )
    )
    with caplog.at_level(logging.INFO):
        told(db, senders(config), "failing")
    assert db.execute("select count(*) from undelivered_alerts").fetchone() == (3,)
    said = [record.getMessage() for record in caplog.records]
    assert "send_to: address 2 (mailto://...) could not be told; it will be tried again" in said
    assert not [line for line in said if "geheim" in line or nobody in line]
    kept = [row for table in db.tables for row in table.rows if "geheim" in str(row)]
    assert kept == []


class _Garbler(socketserver.StreamRequestHandler):
    """Answers with a head that no client can read, which clients like to complain of."""

    def handle(self) -> None:
        length = 0
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        self.rfile.read(length)
        self.wfile.write(b"HTTP/1.1 200 OK\r\nA: b\r\nno header at all\r\nC: d\r\n\r\n")


def test_an_answer_that_makes_no_sense_brings_no_key_into_the_log(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Garbler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        address = f"json://127.0.0.1:{server.server_address[1]}/geheim?{UNHURRIED}"
        with caplog.at_level(logging.INFO):
            told(db, senders(AlertConfig((address,))), "failing")
        server.shutdown()
        thread.join()
    assert [record.getMessage() for record in caplog.records] == ["lang_son: failing (so)"]


@pytest.mark.parametrize(
    "address",
    [
        "rauch://user:geheim@host",
        "user:geheim@mail.example.org",
        "geheim",
        "mailtos:/user:geheim@mail.example.org",
        "geheim@x://host",
        "mailtos://user:geheim@",
    ],
)
def test_an_address_that_is_not_understood_is_refused_without_telling_it(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ValueError, match="address 2") as refused:
        senders(AlertConfig(("json://127.0.0.1:9/", address)))
    assert "geheim" not in str(refused.value) + caplog.text
    assert senders(AlertConfig()) == []


def test_planted_faults_and_nothing_else(db: Database) -> None:
    """A season of three sites: alerts exactly for the faults that were planted."""
    rooms = [Newsroom(db, name, f"{name}.example") for name in ("yen", "hong", "doi")]
    mailbox = Mailbox()
    for day in range(90):
        for room in rooms:
            if room.site == "hong" and 40 <= day < 44:
                room.later(days=1)
                room.fail("dns")
            elif room.site == "doi" and day >= 60:
                room.crawl_day(3, layout="generic")
            elif room.site == "yen" and day % 20 == 13:
                room.later(days=1)
                room.fail("timeout")
            else:
                room.crawl_day()
        now = rooms[0].now + timedelta(hours=1)
        tell(db, all_health(db, now), AlertConfig(), now, [mailbox])
    heads = [title.removeprefix("Công đoàn Archive: ") for title, _ in mailbox.letters]
    assert heads == ["hong failing", "hong current", "doi changed"]


def test_a_change_says_what_it_was() -> None:
    again = Change(Health("a", "current", "crawled in time"), "gone")
    assert str(again) == "a: current again (was gone)"

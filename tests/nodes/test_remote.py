"""What a node, or something that is none, may answer: nothing of it harms the dispatcher."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from crawler.nodes.errand import Errand, run_errand
from crawler.nodes.ledger import Held
from crawler.nodes.remote import MAX_ANSWER_BYTES, Node, NodeRefuses, NodeSilent, checked_node
from tests.waiting import PATIENCE

Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self, b"")

        def do_POST(self) -> None:
            answer(self, self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def says(status: int, body: bytes, **headers: str) -> Answer:
    return lambda handler, _: send(handler, status, body, **headers)


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (says(200, b"{}"), NodeRefuses, "no reason given"),
        (says(200, b'{"status": "error", "message": "spider not found"}'), NodeRefuses, "spider"),
        (says(401, b""), NodeRefuses, "user and password"),
        (says(404, b""), NodeRefuses, "is it a node"),
        (says(500, b""), NodeSilent, "HTTP 500"),
        (says(200, b"<html>"), NodeSilent, "no JSON"),
        (says(200, b"[" * 100_000), NodeSilent, "no JSON"),
        (says(200, b'"' + b"x" * MAX_ANSWER_BYTES + b'"'), NodeSilent, "usable size"),
        (says(302, b"", Location="http://127.0.0.1:1/"), NodeSilent, "HTTP 302"),
    ],
)
def test_a_bad_answer_is_named(answer: Answer, kind: type[Exception], reason: str) -> None:
    with answering(answer) as url, pytest.raises(kind, match=reason):
        Node(url).lease({}, timeout=60)


def test_one_that_hangs_or_is_not_there_is_silent() -> None:
    over = threading.Event()

    def hang(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        over.wait(PATIENCE)

    with answering(hang) as url:
        with pytest.raises(NodeSilent):
            Node(url).jobs(timeout=0.2)
        assert not over.is_set(), "given up while the other was still silent"
        over.set()
    with pytest.raises(NodeSilent):
        Node(url).jobs(timeout=60)


def test_the_password_is_sent_to_the_node_alone() -> None:
    seen = []

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        seen.append((handler.headers["Authorization"], body))
        send(handler, 200, b'{"status": "ok"}')

    with answering(answer) as url:
        Node(url, "congdoan", "mật khẩu").schedule("lang_son", 7, {"max_pages": "3"}, timeout=60)
    ((word, body),) = seen
    assert base64.b64decode(word.removeprefix("Basic ")).decode() == "congdoan:mật khẩu"
    assert b"jobid=lang_son-7" in body
    assert b"max_pages=3" in body


def test_jobs_are_told_by_their_latest_state() -> None:
    listed = {
        "status": "ok",
        "finished": [{"id": "a-1"}, {"id": "b-1"}, "odd", {"id": 3}],
        "running": [{"id": "b-1"}],
        "pending": None,
    }
    with answering(says(200, json.dumps(listed).encode())) as url:
        assert Node(url).jobs(timeout=60) == {"a-1": "finished", "b-1": "running"}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"clock": "x"},
        {"clock": "nan", "boot": "", "slots": 1, "rests": {}, "reports": {}, "refused": []},
        {"clock": 1, "boot": "", "slots": 1, "rests": [], "reports": {}, "refused": []},
        {"clock": 1, "boot": "", "slots": 1e999, "rests": {}, "reports": {}, "refused": []},
    ],
)
def test_a_node_whose_clock_cannot_be_read_gets_no_job(said: dict[str, object]) -> None:
    asked = []

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        asked.append(handler.path)
        send(handler, 200, json.dumps({"status": "ok", **said}).encode())

    errand = Errand("", 5.0, begin=[Held("lang_son", "n", 7, 0.0)])
    with answering(answer) as url:
        beat = run_errand(Node(url), errand, {}, timeout=60)
    assert beat.heard_at == 0.0
    assert asked == ["/lease.json"]


@pytest.mark.parametrize(
    "url",
    ["10.0.0.2:6800", "ftp://host", "http://", "http://host/path", "http://host?x", "http://u:p@h"],
)
def test_what_is_no_nodes_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        checked_node(url, "", "")

"""The proxy: its own hosts only, whatever is sent, and no end that hangs."""

from __future__ import annotations

import re
import socket
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.sample_web import SITES, SampleWeb
from tests.sample_web.client import Client
from tests.waiting import PATIENCE


def test_no_host_but_its_own(client: Client) -> None:
    reply = client.get("http://example.vn/")
    assert (reply.status, "example.vn" in reply.text) == (502, True)
    with pytest.raises(OSError, match="502"):
        client.get("https://example.vn/")
    with pytest.raises(OSError, match="502"):  # a host that has no TLS in life either
        client.get(SITES["quan_1"].front_url.replace("http:", "https:"))
    assert client.get("http://ldldq1hcm.gov.vn:8080/").status == 502


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET http://ldldq1hcm.gov.vn/ HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET http://[ldldq1hcm/ HTTP/1.1\r\n\r\n",
        b"POST http://ldldq1hcm.gov.vn/ HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST http://ldldq1hcm.gov.vn/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET http://ldldq1hcm.gov.vn/ HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    ],
)
def test_bad_requests_are_told_so(client: Client, sent: bytes) -> None:
    assert _exchange(client, sent).startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_unknown_methods_are_refused(client: Client) -> None:
    answer = _exchange(
        client, b"DELETE http://ldldq1hcm.gov.vn/ HTTP/1.1\r\nConnection: close\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 405 ")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=80).map(
            lambda path: f"GET http://laodongthudo.vn/{path} HTTP/1.1\r\n\r\n".encode()
        ),
        st.text(max_size=80).map(
            lambda path: f"GET http://ldldq1hcm.gov.vn/cps/{path} HTTP/1.1\r\n\r\n".encode()
        ),
    )
)
def test_wild_input_never_breaks_it(client: Client, sent: bytes) -> None:
    answer = _exchange(client, sent)
    assert answer == b"" or re.match(rb"HTTP/1\.1 (?!500)\d{3} ", answer)
    assert client.get(SITES["quan_1"].robots_url).status == 200


def _exchange(client: Client, sent: bytes) -> bytes:
    """Send bytes, close that side, and read all that comes back."""
    received = b""
    with socket.create_connection(("127.0.0.1", client.web.port), timeout=PATIENCE) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        try:
            while piece := connection.recv(65536):
                received += piece
        except ConnectionResetError:
            pass
    return received


def test_requests_are_recorded_in_order_with_their_headers(client: Client) -> None:
    before = len(client.web.requests)
    client.get(SITES["lang_son"].front_url, User_Agent="congdoan-archive (thu@example.org)")
    client.get(SITES["can_tho"].front_url, "HEAD")
    first, second = client.web.requests[before:]
    assert first.header("user-agent") == "congdoan-archive (thu@example.org)"
    assert [first.url, second.url] == [SITES["lang_son"].front_url, SITES["can_tho"].front_url]
    assert (second.method, second.time >= first.time) == ("HEAD", True)


def test_one_connection_serves_many_requests(client: Client) -> None:
    ask = b"GET http://ldldq1hcm.gov.vn/robots.txt HTTP/1.1\r\nHost: ldldq1hcm.gov.vn\r\n\r\n"
    assert _exchange(client, ask * 3).count(b"HTTP/1.1 200 OK") == 3


def test_the_same_requests_get_the_same_pages() -> None:
    pages = []
    for _ in range(2):
        with SampleWeb() as web:
            pages.append([Client(web).get(site.front_url).body for site in SITES.values()])
    assert pages[0] == pages[1]


def test_it_stops_with_connections_open() -> None:
    with SampleWeb() as web:
        idle = socket.create_connection(("127.0.0.1", web.port), timeout=PATIENCE)
        idle.sendall(b"HEAD http://ldldq1hcm.gov.vn/robots.txt HTTP/1.1\r\n\r\n")
        answered = b""
        while not answered.endswith(b"\r\n\r\n"):
            answered += idle.recv(65536)
        port = web.port
    with idle:
        assert idle.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def test_a_taken_port_is_told() -> None:
    with SampleWeb() as web, pytest.raises(OSError, match="in use"), SampleWeb(port=web.port):
        pass


def test_served_from_the_command_line() -> None:
    command = [sys.executable, "-u", "-m", "crawler.sample_web", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        told = process.stdout.readline()
        process.terminate()
        told += process.stdout.read()
    assert re.search(r"proxy http://127\.0\.0\.1:\d+", told)
    assert all(site.start_urls[0] in told for site in SITES.values())
    assert "curl -k -x" in told

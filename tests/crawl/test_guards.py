"""What a crawl must never talk to."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from archive.publish.reasons import failure_words
from crawler.failures import KINDS
from crawler.guards import is_public, refusal
from tests.operation.odd_site import crawl_as_asked

HOSTS = ("congdoan.vn", "ldld.gov.vn")


@pytest.mark.parametrize(
    "url",
    [
        "http://congdoan.vn/tin-1.html",
        "https://www.congdoan.vn/",
        "https://congdoan.vn:443/a",
        "http://CONGDOAN.VN:80/../a",
        "http://congdoan.vn./a",
    ],
)
def test_own_hosts_may_be_asked(url: str) -> None:
    assert refusal(url, HOSTS) == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://localhost/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://congdoan.vn.evil.example/",
        "http://evil.example/congdoan.vn",
        "http://congdoan.vn@evil.example/",
        "http://user:pass@congdoan.vn/",
        "http://congdoan.vn:22/",
        "http://congdoan.vn:8001/",
        "ftp://congdoan.vn/",
        "file:///etc/passwd",
        "gopher://congdoan.vn/",
        "data:text/html,x",
        "http://congdoan.vn:99999999/",
        "http://[congdoan.vn/",
        "",
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    assert refusal(url, HOSTS)


@given(st.text())
def test_no_address_breaks_the_guard(url: str) -> None:
    refusal(url, HOSTS)
    refusal("http://" + url, HOSTS)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.0.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::10.0.0.1",
        "2002:7f00:1::",
        "::127.0.0.1",
        "not an address",
    ],
)
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_a_name_that_leads_to_a_private_address_is_told_as_that(tmp_path: Path) -> None:
    """``localhost`` is such a name: it is not asked, and why is said in both languages."""
    outcome, why = crawl_as_asked(
        {
            "data": str(tmp_path / "data"),
            "proxy": "",
            "settings": {"RETRY_TIMES": 0},
            "spider": {"hosts": ["localhost"], "start_urls": ["http://localhost/tin"]},
        }
    )["ended"]
    assert outcome == "failed"
    assert KINDS["private"] in why
    db = Database(tmp_path / "data" / "archive.db")
    rows = db.execute("select kind, detail from fetch_errors where kind <> 'given_up'").fetchall()
    assert [kind for kind, _ in rows] == ["private"]
    assert rows[0][1] in ("localhost leads to 127.0.0.1", "localhost leads to ::1")
    assert not list((tmp_path / "data").rglob("*.warc.gz*"))
    db.close()
    vietnamese, english = failure_words("private")
    assert "mạng riêng" in vietnamese and "private address" in english


@pytest.mark.parametrize("address", ["113.160.1.1", "2405:4800::1", "64:ff9b::113.160.1.1"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)

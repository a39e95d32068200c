"""A lease as its node keeps it: tokens only grow, late messages grant nothing."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.nodes import node_lease
from crawler.nodes.lease_service import answered
from crawler.nodes.node_lease import MAX_LEASE_SECONDS, NodeLeases
from crawler.nodes.node_settings import NodeSettings
from crawler.nodes.reports import forget_old_reports, read_report, write_report
from crawler.politeness.pacing import SharedPace


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The node's clock, which a test may set."""
    at = [1000.0]
    monkeypatch.setattr(node_lease, "clock", lambda: at[0])
    monkeypatch.setattr("crawler.nodes.lease_service.clock", lambda: at[0])
    return at


def test_a_lease_ends_by_the_nodes_own_clock(tmp_path: Path, now: list[float]) -> None:
    leases = NodeLeases(tmp_path)
    assert leases.remaining("lang_son", 7) == 0
    assert leases.renew("lang_son", 7, 1060.0)
    assert leases.remaining("lang_son", 7) == 60
    assert leases.remaining("hai_phong", 7) == 0
    now[0] = 1061.0
    assert leases.remaining("lang_son", 7) == 0


def test_an_overtaken_job_has_no_lease(tmp_path: Path, now: list[float]) -> None:
    leases = NodeLeases(tmp_path)
    leases.renew("lang_son", 7, 1060.0)
    assert leases.renew("lang_son", 8, 1050.0)
    assert leases.remaining("lang_son", 7) == 0
    assert not leases.renew("lang_son", 7, 1090.0), "a renewal of the old one that was under way"
    assert leases.remaining("lang_son", 8) == 50


def test_a_late_renewal_does_not_shorten_a_lease(tmp_path: Path, now: list[float]) -> None:
    leases = NodeLeases(tmp_path)
    leases.renew("lang_son", 7, 1060.0)
    leases.renew("lang_son", 7, 1030.0)
    assert leases.remaining("lang_son", 7) == 60


def test_what_was_revoked_is_not_renewed(tmp_path: Path, now: list[float]) -> None:
    leases = NodeLeases(tmp_path)
    leases.renew("lang_son", 7, 1060.0)
    leases.revoke("lang_son", 7)
    assert leases.remaining("lang_son", 7) == 0
    assert not leases.renew("lang_son", 7, 1060.0)
    assert leases.renew("lang_son", 8, 1060.0)
    leases.revoke("lang_son", 7)
    assert leases.remaining("lang_son", 8) == 60


def test_a_lease_of_another_run_of_the_machine_is_none(
    tmp_path: Path, now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    leases = NodeLeases(tmp_path)
    leases.renew("lang_son", 7, 1060.0)
    monkeypatch.setattr(node_lease, "boot", lambda: "another")
    assert leases.remaining("lang_son", 7) == 0


@pytest.mark.parametrize("until", [math.inf, math.nan, 1000.0 + MAX_LEASE_SECONDS + 1])
def test_no_lease_for_ever(tmp_path: Path, now: list[float], until: float) -> None:
    with pytest.raises(ValueError, match="no lease"):
        NodeLeases(tmp_path).renew("lang_son", 7, until)


@pytest.mark.parametrize("site", ["", "../x", "a/b", "LANG", "x" * 101])
def test_a_site_is_no_path(tmp_path: Path, now: list[float], site: str) -> None:
    with pytest.raises(ValueError, match="no name of a site"):
        NodeLeases(tmp_path).renew(site, 7, 1060.0)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"token": "x"}', '{"token": 7}', "\xff"])
def test_a_damaged_file_is_no_lease(tmp_path: Path, now: list[float], text: str) -> None:
    (tmp_path / "lang_son.json").write_text(text, encoding="latin-1")
    leases = NodeLeases(tmp_path)
    assert leases.remaining("lang_son", 7) == 0
    assert leases.renew("lang_son", 7, 1060.0)
    assert leases.remaining("lang_son", 7) == 60


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from(["renew", "revoke"]), st.integers(990, 1100))
    )
)
def test_only_the_latest_token_ever_holds(
    tmp_path_factory: pytest.TempPathFactory, orders: list[tuple[int, str, int]]
) -> None:
    """Whatever the order in which messages arrive, and however often."""
    leases = NodeLeases(tmp_path_factory.mktemp("leases"))
    seen, revoked = 0, set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(node_lease, "clock", lambda: 1000.0)
        for token, order, until in orders:
            if order == "renew":
                leases.renew("lang_son", token, until)
            else:
                leases.revoke("lang_son", token)
                revoked.add(token)
            seen = max(seen, token)
            holders = [t for t in range(1, 5) if leases.remaining("lang_son", t) > 0]
            assert holders in ([], [seen])
            assert not revoked & set(holders)


def test_the_service_answers_with_clock_reports_and_rests(tmp_path: Path, now: list[float]) -> None:
    node = NodeSettings(str(tmp_path))
    write_report(node.reports, "lang_son-7", {"outcome": "running"})
    SharedPace(tmp_path / "locks" / "hosts").pause("congdoan.vn", 300)
    message: dict[str, Any] = {
        "boot": node_lease.boot(),
        "until": 1060.0,
        "renew": {"lang_son": 7},
        "reports": ["lang_son-7", "hai_phong-3"],
        "hosts": ["congdoan.vn", "laodong.vn"],
    }
    said = answered(node, message)
    assert said["clock"] == 1000.0
    assert said["refused"] == []
    assert said["reports"] == {"lang_son-7": {"outcome": "running"}}
    assert list(said["rests"]) == ["congdoan.vn"]
    assert 0 < said["rests"]["congdoan.vn"] <= 300
    assert NodeLeases(node.leases).remaining("lang_son", 7) == 60
    assert answered(node, {**message, "boot": "earlier"})["refused"] == ["lang_son"]
    assert answered(node, {"revoke": {"lang_son": 7}})["clock"] == 1000.0
    assert NodeLeases(node.leases).remaining("lang_son", 7) == 0


@pytest.mark.parametrize(
    "message", [{"renew": {"../x": 1}, "until": 1060.0}, {"reports": ["../../x-1"]}]
)
def test_the_service_touches_no_other_path(
    tmp_path: Path, now: list[float], message: dict[str, Any]
) -> None:
    (tmp_path / "x-1.json").write_text(json.dumps({"secret": True}))
    with pytest.raises(ValueError, match="no name of"):
        answered(NodeSettings(str(tmp_path)), {"boot": node_lease.boot(), **message})


def test_old_reports_are_forgotten(tmp_path: Path) -> None:
    import os

    write_report(tmp_path, "lang_son-1", {"outcome": "finished"})
    write_report(tmp_path, "lang_son-2", {"outcome": "finished"})
    os.utime(tmp_path / "lang_son-1.json", (0, 0))
    forget_old_reports(tmp_path)
    assert read_report(tmp_path, "lang_son-1") is None
    assert read_report(tmp_path, "lang_son-2") == {"outcome": "finished"}

"""Which site goes to which node."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.nodes.placing import Memory, Place, place_sites

HOSTS = {
    "paper": {"laodong.example"},
    "page_of_paper": {"laodong.example", "pictures.example"},
    "album": {"pictures.example"},
    "far": {"far.example"},
}


def places(**free: int) -> list[Place]:
    return [Place(name, room >= 0, max(room, 0)) for name, room in free.items()]


def test_the_emptiest_node_takes_a_site() -> None:
    chosen = place_sites(["paper", "far"], {}, places(a=1, b=3), HOSTS, Memory(), {})
    assert chosen == [("paper", "b"), ("far", "b")]
    assert place_sites(["paper"], {}, places(a=0, b=-1), HOSTS, Memory(), {}) == []


def test_sites_that_share_a_host_go_to_one_node() -> None:
    chosen = dict(
        place_sites(["paper", "page_of_paper", "far"], {}, places(a=2, b=2), HOSTS, Memory(), {})
    )
    assert chosen["paper"] == chosen["page_of_paper"]
    held = {"paper": "a"}
    assert place_sites(["page_of_paper"], held, places(a=0, b=9), HOSTS, Memory(), {}) == []
    held = {"paper": "a", "album": "b"}
    assert place_sites(["page_of_paper"], held, places(a=9, b=9), HOSTS, Memory(), {}) == []


def test_a_site_stays_where_it_was_and_waits_for_it() -> None:
    memory = Memory(homes={"far": "a"})
    assert place_sites(["far"], {}, places(a=1, b=9), HOSTS, memory, {}) == [("far", "a")]
    assert place_sites(["far"], {}, places(a=0, b=9), HOSTS, memory, {}) == []
    assert place_sites(["far"], {}, places(a=-1, b=9), HOSTS, memory, {}) == []
    memory.given_up_homes.add("a")
    assert place_sites(["far"], {}, places(a=-1, b=9), HOSTS, memory, {}) == [("far", "b")]
    other = Memory(homes={"far": "no longer there"})
    assert place_sites(["far"], {}, places(b=9), HOSTS, other, {}) == [("far", "b")]


def test_where_a_site_cannot_be_crawled_it_is_not_sent() -> None:
    memory = Memory(homes={"far": "a"})
    barred = {"far": {"a"}}
    assert place_sites(["far"], {}, places(a=9, b=1), HOSTS, memory, barred) == [("far", "b")]
    assert place_sites(["far"], {}, places(a=9), HOSTS, memory, barred) == []


def test_a_hosts_rest_binds_other_nodes_and_not_the_one_that_keeps_it() -> None:
    memory = Memory(host_nodes={"far.example": "a"}, rests={"far.example": 60.0})
    assert place_sites(["far"], {}, places(a=1), HOSTS, memory, {}) == [("far", "a")]
    memory.given_up_homes.add("a")
    assert place_sites(["far"], {}, places(a=-1, b=1), HOSTS, memory, {}) == []
    memory.rests.clear()
    assert place_sites(["far"], {}, places(a=-1, b=1), HOSTS, memory, {}) == [("far", "b")]


_NODES = st.sampled_from(["a", "b", "c"])


@settings(deadline=None)
@given(
    st.dictionaries(st.integers(0, 9), st.frozensets(st.integers(0, 5), max_size=3)),
    st.dictionaries(_NODES, st.integers(-1, 4)),
    st.data(),
)
def test_no_host_is_ever_asked_from_two_nodes(
    shape: dict[int, frozenset[int]], rooms: dict[str, int], data: st.DataObject
) -> None:
    hosts = {f"s{site}": {f"h{host}" for host in of} for site, of in shape.items()}
    names = sorted(hosts)
    draw: Any = data.draw
    held: dict[str, str] = {}
    homes: dict[str, str] = {}
    if names:
        homes = draw(st.dictionaries(st.sampled_from(names), _NODES))
    for _ in range(3):
        waiting = [name for name in names if name not in held]
        chosen = place_sites(waiting, held, places(**rooms), hosts, Memory(homes=homes), {})
        for site, node in chosen:
            assert site not in held
            held[site] = node
        for node in {node for _, node in chosen}:
            assert sum(1 for _, to in chosen if to == node) <= rooms[node]
        where: dict[str, set[str]] = {}
        for site, node in held.items():
            for host in hosts[site]:
                where.setdefault(host, set()).add(node)
        assert all(len(nodes) == 1 for nodes in where.values())
        if held and draw(st.integers(0, 1)):
            held.pop(draw(st.sampled_from(sorted(held))))


def test_the_declared_sites_share_hosts_so_the_rule_matters() -> None:
    from crawler.catalogue import declared_sites

    hosts = {name: {*spider.hosts, *spider.file_hosts} for name, spider in declared_sites().items()}
    chosen = place_sites(list(hosts), {}, places(a=99, b=99), hosts, Memory(), {})
    assert len(chosen) == len(hosts)
    where: dict[str, set[str]] = {}
    for site, node in chosen:
        for host in hosts[site]:
            where.setdefault(host, set()).add(node)
    assert {len(nodes) for nodes in where.values()} == {1}
    assert {node for _, node in chosen} == {"a", "b"}
    assert sum(len(of) for of in hosts.values()) > len(where), "some share a host"

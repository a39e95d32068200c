"""Which site goes to which node: a pure choice, made anew at every look.

Three rules, in this order. A host is asked from one node at a time: sites that share a host, with
each other or through a third, are leased to the same node or not at all, and a host that has been
promised a rest on one node is not asked from another before it is over. A site stays where it was
crawled last, since that node knows its articles and its queue. Else the emptiest node takes it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Place:
    """A node as a place for sites."""

    node: str
    up: bool
    free: int
    """Sites that it can take now."""


@dataclass(slots=True)
class Memory:
    """What is known from before; times are seconds from now."""

    homes: dict[str, str] = field(default_factory=dict)
    """Site -> the node that crawled it last."""
    host_nodes: dict[str, str] = field(default_factory=dict)
    """Host -> the node that it was asked from last."""
    rests: dict[str, float] = field(default_factory=dict)
    """Host -> for how long it is still to be left alone."""
    given_up_homes: set[str] = field(default_factory=set)
    """Nodes that have been silent for so long that nothing waits for them."""


def place_sites(
    waiting: Sequence[str],
    held: Mapping[str, str],
    places: Iterable[Place],
    hosts: Mapping[str, Collection[str]],
    memory: Memory,
    barred: Mapping[str, Collection[str]],
) -> list[tuple[str, str]]:
    """Pairs of site and node, for the waiting sites that can be placed now, in their order.

    ``held``: site -> node of every lease that may still be in force. ``hosts``: of every site
    that waits or is held. ``barred``: site -> nodes that cannot crawl it.
    """
    by_name = {place.node: place for place in places}
    free = {name: place.free for name, place in by_name.items() if place.up}
    group = groups_of({site: hosts.get(site, ()) for site in {*hosts, *held, *waiting}})
    bound_to: dict[str, set[str]] = {}
    for site, node in held.items():
        bound_to.setdefault(group[site], set()).add(node)
    chosen: list[tuple[str, str]] = []
    for site in waiting:
        if site in held:
            continue
        bound = bound_to.setdefault(group[site], set())
        if len(bound) > 1:
            continue
        wanted = next(iter(bound), None) or _wanted(
            site, hosts, memory, by_name, barred.get(site, ())
        )
        if wanted is None:
            open_to = [n for n in free if free[n] > 0 and n not in barred.get(site, ())]
            wanted = max(open_to, key=lambda name: free[name], default=None)
        if wanted is None or free.get(wanted, 0) <= 0 or wanted in barred.get(site, ()):
            continue
        if _must_rest(site, wanted, hosts, memory):
            continue
        free[wanted] -= 1
        bound.add(wanted)
        chosen.append((site, wanted))
    return chosen


def groups_of(hosts: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Site -> a name that all sites have in common that hosts join, directly or through others.

    >>> groups_of({"a": ["x"], "b": ["y"], "c": ["x", "y"], "d": ["z"]})
    {'a': 'a', 'b': 'a', 'c': 'a', 'd': 'd'}
    """
    leader = {site: site for site in hosts}

    def led(site: str) -> str:
        while leader[site] != site:
            leader[site] = site = leader[leader[site]]
        return site

    first: dict[str, str] = {}
    for site in sorted(hosts):
        for host in hosts[site]:
            ours, theirs = led(site), led(first.setdefault(host, site))
            leader[max(ours, theirs)] = min(ours, theirs)
    return {site: led(site) for site in hosts}


def _wanted(
    site: str,
    hosts: Mapping[str, Collection[str]],
    memory: Memory,
    by_name: Mapping[str, Place],
    barred: Collection[str],
) -> str | None:
    """The node that a site waits for, None where any will do."""
    before = [memory.homes.get(site), *(memory.host_nodes.get(host) for host in hosts[site])]
    for node in before:
        if node in by_name and node not in memory.given_up_homes and node not in barred:
            return node
    return None


def _must_rest(site: str, node: str, hosts: Mapping[str, Collection[str]], memory: Memory) -> bool:
    return any(
        memory.rests.get(host, 0.0) > 0 and memory.host_nodes.get(host) not in (None, node)
        for host in hosts[site]
    )

"""Who may speak to whom, by the network policies in k8s/."""

import re
from itertools import product

from tests.deploy.manifests import ROOT, Resource, containers, every_overlay, pods, resources, selected

CLIENTS = ("site", "models", "migrate", "housekeeping")


def policy(overlay: str, name: str) -> Resource:
    [found] = [one for one in resources(overlay, "NetworkPolicy") if one["metadata"]["name"] == name]
    return found


def rules(overlay: str, direction: str) -> list[tuple[set[str], Resource, set[int]]]:
    """What policies allow in one direction: (these pods, a peer, on ports), one for each peer."""
    return [
        (selected(overlay, one["spec"]["podSelector"]), peer, {port["port"] for port in rule["ports"]})
        for one in resources(overlay, "NetworkPolicy")
        for rule in one["spec"].get(direction, [])
        for peer in rule["to" if direction == "egress" else "from"]
    ]


def flows(overlay: str, direction: str) -> set[tuple[str, str, int]]:
    """Who may speak to whom within the namespace: (from, to, port)."""
    inner = [
        (own, selected(overlay, peer["podSelector"]), ports)
        for own, peer, ports in rules(overlay, direction)
        if peer.keys() == {"podSelector"}
    ]
    ends = [(own, others) if direction == "egress" else (others, own) for own, others, _ in inner]
    return {
        flow
        for (callers, called), (_, _, ports) in zip(ends, inner, strict=True)
        for flow in product(callers, called, ports)
    }


@every_overlay
def test_each_policy_is_about_pods_that_are_there(overlay):
    for direction in ("ingress", "egress"):
        for own, peer, _ in rules(overlay, direction):
            assert own
            assert peer.keys() != {"podSelector"} or selected(overlay, peer["podSelector"])


@every_overlay
def test_the_ways_are_these_and_open_at_both_ends(overlay):
    wanted = {("site", "torchserve", 8080), ("site", "torchserve", 8081), ("models", "torchserve", 8081)}
    if overlay == "dev":
        wanted |= {(name, "database", 3306) for name in CLIENTS}
    assert flows(overlay, "egress") == wanted
    assert flows(overlay, "ingress") == wanted


@every_overlay
def test_all_else_is_closed(overlay):
    assert policy(overlay, "default-deny")["spec"] == {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
    }


@every_overlay
def test_from_outside_the_site_and_metrics_alone_are_reached(overlay):
    outer = [
        (own, peer["podSelector"].get("matchLabels", {}), ports)
        for own, peer, ports in rules(overlay, "ingress")
        if "namespaceSelector" in peer
    ]
    prometheus = {"app.kubernetes.io/name": "prometheus"}
    assert outer == [
        ({"site"}, {}, {8000}),
        ({"site"}, prometheus, {8000}),
        ({"torchserve"}, prometheus, {8082}),
    ]


@every_overlay
def test_who_calls_by_name_may_ask_for_it(overlay):
    selector = policy(overlay, "name-resolution")["spec"]["podSelector"]
    assert selected(overlay, selector) == {*CLIENTS}


def test_production_reaches_its_database_and_its_bucket():
    outwards = [
        (own, peer["ipBlock"], ports)
        for own, peer, ports in rules("production", "egress")
        if "ipBlock" in peer
    ]
    assert {(frozenset(own), *ports) for own, _, ports in outwards} == {
        (frozenset(CLIENTS), 3306),
        (frozenset({"site", "housekeeping"}), 443),
    }
    [world] = [block for _, block, ports in outwards if ports == {443}]
    assert "169.254.0.0/16" in world["except"], "a cloud's metadata holds credentials"


@every_overlay
def test_ports_of_policies_are_those_of_containers(overlay):
    listening = {
        name: {port["containerPort"] for one in containers(template) for port in one.get("ports", [])}
        for name, template in pods(overlay).items()
    }
    assert all(port in listening[called] for _, called, port in flows(overlay, "ingress"))
    image = (ROOT / "torchserve/Dockerfile").read_text()
    opened = re.findall(r"TS_\w+_ADDRESS=http://0\.0\.0\.0:(\d+)", image)
    assert listening["torchserve"] == {*map(int, opened)}

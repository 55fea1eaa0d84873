"""The dashboard and the alerts ask for nothing that the site does not show."""

import json
import re
from pathlib import Path

import pytest
import yaml
from prometheus_client import generate_latest

from pymano import metrics, scrape
from pymano.serving import client, overview
from pymano.serving.state import State

DOCS = Path(__file__).parents[2] / "docs"
DASHBOARD = json.loads((DOCS / "grafana" / "pymano.json").read_text(encoding="utf-8"))
ALERTS = [
    rule
    for group in yaml.safe_load((DOCS / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
EXPRESSIONS = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]] + [
    rule["expr"] for rule in ALERTS
]
# Labels that a selector or a grouping names.
LABELS = re.compile(r"(\w+)\s*(?:=~|!=|=)\s*\"|by \(([^)]*)\)")


@pytest.fixture
def shown(monkeypatch):
    """What a scrape shows of every metric: name -> its labels."""
    monkeypatch.setattr(client.state, "ask", lambda: State("ready", 1, 100))
    client.state.forget()
    monkeypatch.setattr(overview.states, "ask", lambda: dict.fromkeys(overview.STATES, 1))
    overview.states.forget()
    metrics.REQUESTS.labels("GET", "write", 200)
    metrics.REQUEST_SECONDS.labels("write")
    metrics.READINGS.labels("read", "1.0")
    metrics.CORRECTIONS.labels("1.0")
    metrics.CANARY_FALLBACKS.labels("1.0")
    metrics.SHADOW_READINGS.labels("read")
    page = generate_latest(scrape.registry()).decode()
    client.state.forget()
    overview.states.forget()
    found = re.findall(r"^(\w+)(?:\{(.*)\})? ", page, re.MULTILINE)
    return {name: set(re.findall(r'(\w+)="', labels)) for name, labels in found}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_each_metric_and_label_is_one_that_is_shown(shown, expression):
    names = set(re.findall(r"pymano_\w+", expression))
    assert names <= set(shown)
    for selected, grouped in LABELS.findall(expression):
        for label in {selected, *re.split(r",\s*", grouped)} - {"", "job"}:
            assert any(label in shown[name] for name in names), label


def test_there_is_no_metric_of_ours_that_nobody_looks_at(shown):
    looked_at = {name for expression in EXPRESSIONS for name in re.findall(r"pymano_\w+", expression)}
    families = {re.sub(r"_(total|bucket|count|sum|created)$", "", name) for name in shown}
    assert {name for name in families if name.startswith("pymano_")} == {
        re.sub(r"_(total|bucket)$", "", name) for name in looked_at
    }


def test_panels_do_not_lie_on_each_other_and_say_what_they_show():
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]
    assert len(set(places)) == len(places)
    assert all(panel["description"] and panel["title"] for panel in DASHBOARD["panels"])


def test_each_alert_leads_to_a_part_of_the_runbook():
    operations = (DOCS / "operations.md").read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.*)$", operations, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    for rule in ALERTS:
        assert rule["annotations"]["runbook"].removeprefix("docs/operations.md#") in anchors

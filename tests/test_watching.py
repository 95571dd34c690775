"""The dashboard and the alerts ask only for metrics, labels and values that there are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client import REGISTRY

import api.metrics as _api_metrics  # noqa: F401 - for what they register
import notifier.metrics as _mail_metrics  # noqa: F401
from digests.backlog import _WAITING

ROOT = Path(__file__).parents[1] / "deploy"
ALERTS: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((ROOT / "prometheus/alerts.yml").read_text())["groups"] for rule in group["rules"]
]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "grafana/curbcast.json").read_text())
VALUES = {"work": set(_WAITING), "outcome": {"sent", "deferred", "failed", "unknown"}, "code": {"INTERNAL_ERROR"}}
_OURS = re.compile(r"(curbcast_\w+)(?:\{([^}]*)\})?")


def known() -> dict[str, set[str]]:
    """Every series' name, with its labels."""
    series: dict[str, set[str]] = {}
    for collector in list(REGISTRY._collector_to_names):
        name, labels = getattr(collector, "_name", ""), set(getattr(collector, "_labelnames", ()))
        kind = getattr(collector, "_type", "")
        if name.startswith("curbcast_"):
            endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(kind, ("",))
            series |= {name + ending: labels | ({"le"} if ending == "_bucket" else set()) for ending in endings}
    return series


def expressions() -> list[str]:
    shown = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return [*shown, *(rule["expr"] for rule in ALERTS)]


def test_each_expression_asks_for_what_there_is() -> None:
    series = known()
    assert len(expressions()) > 20
    for expression in expressions():
        found = _OURS.findall(expression)
        assert found, expression
        labels: set[str] = set()
        for name, chosen in found:
            assert name in series, f"{name} in {expression}"
            labels |= series[name]
            for label, value in re.findall(r'(\w+)="([^"]*)"', chosen):
                assert label in series[name], expression
                assert value in VALUES[label], expression
        for grouped in re.findall(r"by \(([^)]*)\)", expression):
            assert {each.strip() for each in grouped.split(",")} <= labels, expression


def test_each_expression_is_one_that_prometheus_reads() -> None:
    for expression in expressions():
        promql_parser.parse(expression.replace("$__rate_interval", "5m"))  # Grafana's word for a range
    with pytest.raises(ValueError, match="unclosed"):
        promql_parser.parse("sum(rate(curbcast_mails_total[5m])")


def test_each_metric_is_shown_somewhere() -> None:
    shown = {re.sub(r"_(bucket|sum|count)$", "", name) for each in expressions() for name, _ in _OURS.findall(each)}
    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in known()} == shown


def test_each_alert_says_what_happened_and_what_to_do() -> None:
    for rule in ALERTS:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["todo"]


def test_the_legends_of_the_dashboard_are_labels_of_its_expressions() -> None:
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            for label in re.findall(r"{{(\w+)}}", target["legendFormat"]):
                assert re.search(rf"by \([^)]*\b{label}\b", target["expr"]), target

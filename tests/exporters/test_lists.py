"""No list of known metrics is only believed without saying so, nor held against another release."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping

import pytest

from generator import kinds
from generator.kinds import exporter
from generator.kinds.common.app import read_image
from generator.kinds.postgres import settings as of_postgres
from generator.kinds.redis import settings as of_redis
from tests import needs
from tests.exporters.running import version

#: Where each list is held against what runs.
HELD = {
    "alertmanager.SERVER": "tests/monitoring/test_own_metrics.py",
    "exporter.BLACKBOX": "tests/monitoring/test_own_metrics.py",
    "exporter.STATE": "tests/cluster/test_state_metrics.py",
    "postgres.AGENT": "tests/kinds/test_agent_metrics.py",
    "postgres.EXPORTER": "tests/data/test_exporters.py",
    "postgres.PATRONI": "tests/data/patroni/test_metrics.py",
    "postgres.POOLER": "tests/data/test_exporters.py",
    "prometheus.REMOTE": "tests/monitoring/test_own_metrics.py",
    "prometheus.SCRAPES": "tests/monitoring/test_own_metrics.py",
    "prometheus.SERVER": "tests/monitoring/test_own_metrics.py",
    "redis.EXPORTER": "tests/data/test_exporters.py",
}
#: What nobody can start here, so that its sources were read.
READ = {
    "postgres.cnpg.BACKUPS": "the plugin runs in containers alone, started by the operator",
    "postgres.cnpg.POOLER": "its exporter is the operator's program in a container",
    "postgres.cnpg.QUERIES": "they are asked by the operator's program in a container",
    "postgres.cnpg.SERVER": "it is the operator's program in a container",
    "prometheus.ISTIOD": "builds for six minutes; was run once by hand, see decision 28",
    "prometheus.NODES": "a kubelet and its cAdvisor need containers",
    "prometheus.PROXY": "Istio's Envoy is no Go module and no package",
    "prometheus.THANOS": "it is not built here; its sources were read",
    "prometheus.ZTUNNEL": "it is no crate, and needs nodes of its own",
}
#: Of our own rules: another test finds each recorded.
OURS = {"prometheus.RULES"}

#: Exporters whose release in the chart no module proxy gives, and the next one that it does.
OTHERS = {
    # 0.20 has the same names. It lacks the label `server`, and says the database of a slot.
    "github.com/prometheus-community/postgres_exporter": ("v0.20.1", "v0.19.1"),
    "github.com/oliver006/redis_exporter": ("v1.89.0", "v1.88.0"),
}
IMAGES = {
    "github.com/prometheus-community/postgres_exporter": of_postgres.EXPORTER_IMAGE,
    "github.com/prometheus-community/pgbouncer_exporter": of_postgres.POOLER_EXPORTER_IMAGE,
    "github.com/oliver006/redis_exporter": of_redis.EXPORTER_IMAGE,
    "github.com/prometheus/blackbox_exporter": exporter._IMAGES[exporter.BLACKBOX],
    "k8s.io/kube-state-metrics/v2": exporter._IMAGES[exporter.STATE],
}


def lists() -> Iterator[str]:
    """All lists of all kinds, by kind and name."""
    for module in pkgutil.walk_packages(kinds.__path__, "generator.kinds."):
        if module.name.endswith(".metrics") and not module.name.endswith("grafana.metrics"):
            for name, value in vars(importlib.import_module(module.name)).items():
                if name.isupper() and not name.startswith("_") and isinstance(value, Mapping):
                    yield f"{'.'.join(module.name.split('.')[2:-1])}.{name}"


def test_every_list_is_held_or_says_why_not() -> None:
    found = list(lists())
    assert len(found) > 10
    assert sorted(found) == sorted([*HELD, *READ, *OURS])


@pytest.mark.parametrize("name", HELD)
def test_where_it_is_said_it_is_held(name: str) -> None:
    text = (needs.ROOT / HELD[name]).read_text()
    assert f".{name.rpartition('.')[2]}" in text
    assert "differences(" in text


@pytest.mark.parametrize("module", IMAGES)
def test_what_runs_is_what_the_chart_runs(module: str) -> None:
    """Another release than the chart's is one that was looked at."""
    tag = read_image(IMAGES[module]).tag
    assert (tag, version(module)) == OTHERS.get(module, (tag, tag))

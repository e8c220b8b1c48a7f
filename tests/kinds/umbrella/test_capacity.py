"""Quotas and limits: enough for the most replicas amid a rollout, and not much more."""

from __future__ import annotations

from typing import Any

import pytest

from generator.spec.quantity import parse_bytes, parse_cpu
from tests.kinds.rendering import build
from tests.kinds.umbrella.shop import render


def web(name: str, cpu: list[str], memory: list[str], least: int, most: int) -> dict[str, Any]:
    return {
        name: {
            "kind": "web",
            "image": f"acme/{name}",
            "port": 8000,
            "scale": {"min": least, "max": most, "cpu": 70},
            "resources": {"cpu": cpu, "memory": memory},
        }
    }


#: Two applications with the requests, limits and replicas of a real deployment guide.
APPS = {
    **web("api", ["500m", "2"], ["512Mi", "2Gi"], 2, 50),
    **web("site", ["250m", "1"], ["512Mi", "1Gi"], 3, 20),
}


#: The check of the Secrets, and a test of each component.
ERRANDS = 3


@pytest.fixture
def hard(tmp_path) -> dict[str, str]:
    found: dict[str, str] = render(build(tmp_path, APPS)).one("ResourceQuota")["spec"]["hard"]
    return found


@pytest.mark.parametrize(
    ("what", "need"),
    [
        # 50 and 20 replicas, a quarter more of each while they are replaced.
        ("requests.cpu", 63 * 500 + 25 * 250 + ERRANDS * 10),
        ("limits.cpu", 63 * 2000 + 25 * 1000 + ERRANDS * 100),
        ("requests.memory", (63 + 25) * 512 * 2**20 + ERRANDS * 16 * 2**20),
        ("limits.memory", (63 * 2 + 25) * 2**30 + ERRANDS * 32 * 2**20),
        ("pods", 63 + 25 + ERRANDS),
    ],
)
def test_is_five_percent_more_than_the_most(hard, what, need):
    value = hard[what]
    if what == "pods":
        number = int(value)
    else:
        number = parse_cpu(value) if "cpu" in what else parse_bytes(value)
    step = {"cpu": 1000, "memory": 2**30}.get(what.partition(".")[2], 1)
    assert need * 1.05 <= number <= need * 1.05 + 2 * step


def test_no_way_around_the_ingress(hard):
    assert hard["services.loadbalancers"] == "0"
    assert hard["services.nodeports"] == "0"


def test_limits_of_containers_that_name_none(tmp_path):
    (limits,) = render(build(tmp_path, APPS)).one("LimitRange")["spec"]["limits"]
    assert limits == {
        "type": "Container",
        "default": {"cpu": "500m", "memory": "512Mi"},
        "defaultRequest": {"cpu": "50m", "memory": "64Mi"},
        "max": {"cpu": "4", "memory": "4Gi"},
    }


def test_the_most_is_no_less_than_the_defaults(tmp_path):
    tiny = web("tiny", ["10m", "100m"], ["16Mi", "64Mi"], 1, 2)
    (limits,) = render(build(tmp_path, tiny)).one("LimitRange")["spec"]["limits"]
    assert limits["max"] == {"cpu": "500m", "memory": "512Mi"}

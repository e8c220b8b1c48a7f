"""What no schema can say of a platform: versions, namespaces, names, manifests, the scraper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from generator.kinds import umbrella
from tests.spec.shops import chart, platform, read, said, shop, web, worker, wrong


@pytest.mark.parametrize("minor", [25, 31, 37])
def test_versions_that_the_charts_are_proven_on(tmp_path: Path, minor: int) -> None:
    spec = {**shop({"front": web()}), "kubernetes": f">=1.{minor}"}
    assert read(tmp_path, spec).kubernetes_minor == minor


@pytest.mark.parametrize(("minor", "nearest"), [(24, 25), (38, 37)])
def test_other_versions(tmp_path: Path, minor: int, nearest: int) -> None:
    (finding,) = wrong(tmp_path, {**shop({"front": web()}), "kubernetes": f">=1.{minor}"})
    assert finding.message == f"kubernetes: expected a version from 1.25 to 1.37, got 1.{minor}"
    assert finding.hint == f'kubernetes: ">=1.{nearest}"'


def two_charts(**more: Any) -> dict[str, Any]:
    """Two charts in one namespace."""
    return platform(one=chart({"front": web()}), two=chart({"back": web()}, **more))


def test_charts_share_a_namespace_only_without_a_quota(tmp_path: Path) -> None:
    """Each chart's quota would be too small for both."""
    assert said(tmp_path, two_charts()) == [
        "charts.two.namespace: 'shop' is already the namespace of the chart one"
    ]
    assert said(tmp_path, two_charts(quota=False)) == []
    assert said(tmp_path, two_charts(namespace="other")) == []


def test_namespaces_of_kubernetes_are_refused(tmp_path: Path) -> None:
    (finding,) = wrong(tmp_path, shop({"front": web()}, namespace="kube-system"))
    assert finding.rule == "namespace"
    assert finding.hint == "namespace: shop"
    assert said(tmp_path, shop({"front": web()}, namespace="kubernetes")) == []


def test_a_component_has_neither_the_name_of_its_chart_nor_of_its_values(tmp_path: Path) -> None:
    taken = sorted(umbrella.KEYS)[0]
    assert said(tmp_path, shop({"shop": web(), taken: web(), "front": web()})) == [
        "charts.shop.components.shop: a component can't have its chart's name",
        f"charts.shop.components.{taken}: the chart has values of its own below the key {taken}",
    ]


def test_workloads_do_not_collide(tmp_path: Path) -> None:
    """A migration is a workload of its own, named after its component."""
    migrating = web(migrate={"command": ["app", "migrate"]})
    assert said(tmp_path, shop({"front": migrating, "front-migrate": web()})) == [
        "charts.shop.components.front-migrate: front also makes a workload named 'front-migrate'"
    ]
    apart = platform(
        one=chart({"front": migrating}), two=chart({"front-migrate": web()}, namespace="two")
    )
    assert said(tmp_path, apart) == [], "in another release"


SCRAPED = {"namespace": "watch", "workload": "prometheus"}
WATCH = chart({"prometheus": web(), "grafana": web()}, namespace="watch")


def scraped(**scrape: str) -> dict[str, Any]:
    return platform(shop=chart({"front": web()}, scrape={**SCRAPED, **scrape}), watch=WATCH)


@pytest.mark.parametrize(
    ("scrape", "problems"),
    [
        ({}, []),
        ({"workload": "grafana"}, []),
        ({"namespace": "elsewhere", "workload": "anything"}, []),
        ({"workload": "promethues"}, ["did you mean 'prometheus'?"]),
        ({"workload": "zzz"}, ["there are: prometheus, grafana"]),
    ],
)
def test_the_scraper_is_a_component_of_its_namespace(
    tmp_path: Path, scrape: dict[str, str], problems: list[str]
) -> None:
    found = wrong(tmp_path, scraped(**scrape))
    assert [finding.hint for finding in found] == problems
    assert {finding.rule for finding in found} <= {"scrape"}


def test_a_scraper_that_is_wrong_itself_is_there(tmp_path: Path) -> None:
    spec = scraped()
    spec["charts"]["watch"] = chart({"prometheus": web(port=0), "g": web()}, namespace="watch")
    assert [finding.rule for finding in wrong(tmp_path, spec)] == ["value"]


MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: raw}\n"


@pytest.mark.parametrize(
    ("manifests", "problems"),
    [
        (["raw/one.yaml", "raw/two.yaml"], []),
        (["raw/oen.yaml"], ["[0]: no file 'raw/oen.yaml'|did you mean raw/one.yaml?"]),
        (["zzz.yaml"], ["[0]: no file 'zzz.yaml'|name a file beside platform.yaml"]),
        (["raw"], ["[0]: 'raw' is a folder|name a file beside platform.yaml"]),
        (
            ["raw/one.yaml", "more/one.yaml"],
            [
                "[1]: 'more/one.yaml' would take the place of 'raw/one.yaml'"
                "|rename one of the two files: all end up side by side in templates/"
            ],
        ),
        (
            ["raw/../../out.yaml"],
            [
                "[0]: 'raw/../../out.yaml' lies outside the folder of the platform"
                "|move the file below that folder: a platform is one repository"
            ],
        ),
    ],
)
def test_manifests_are_files_of_the_repository(
    tmp_path: Path, manifests: list[str], problems: list[str]
) -> None:
    root = tmp_path / "repository"
    for name in ("raw/one.yaml", "raw/two.yaml", "more/one.yaml", "../out.yaml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(MANIFEST)
    found = wrong(root, shop({"front": web()}, manifests=manifests))
    lead = "charts.shop.manifests"
    assert [f"{one.message.removeprefix(lead)}|{one.hint}" for one in found] == problems


def test_all_of_it_is_told_at_once(tmp_path: Path) -> None:
    spec = shop({"shop": worker()}, namespace="kube-x", manifests=["zzz.yaml"])
    rules = {finding.rule for finding in wrong(tmp_path, {**spec, "kubernetes": ">=1.9"})}
    assert rules == {"kubernetes-version", "namespace", "name-collision", "missing-file"}

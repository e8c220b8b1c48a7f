from __future__ import annotations

import pytest

from tests.kinds.knobs import nested, other_value, subjects
from tests.kinds.rendering import RESOURCES, build, container, pod_of, problems

SEED = {
    "kind": "job",
    "image": "shop/seed",
    "command": ["seed", "--file", "{{ not helm }}"],
    "args": ["all"],
    "env": {"MODE": "full"},
    "secrets": {"TOKEN": "keys/token"},
    "connects": ["api", "https://example.com"],
    "deadline": "10m",
    "retries": 0,
    "resources": RESOURCES,
}
API = {
    "kind": "web",
    "image": "shop/api",
    "port": 80,
    "resources": RESOURCES,
    "migrate": {"command": ["migrate", "up"], "check": ["migrate", "check"]},
    "connects": ["https://example.com"],
}
SECRETS = {"keys": ["token"]}


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def shop(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    components = {"seed": SEED, "api": API}
    return build(folder, components, major=request.param, secrets=SECRETS)


def test_runs_once_with_what_the_spec_says(shop):
    job = shop.render().one("Job", "seed-")
    assert job["spec"]["backoffLimit"] == 0
    assert job["spec"]["activeDeadlineSeconds"] == 600
    assert "ttlSecondsAfterFinished" not in job["spec"]
    seed = container(job)
    assert (seed["name"], seed["image"]) == ("seed", "shop/seed:v7")
    assert seed["command"] == ["seed", "--file", "{{ not helm }}"]
    assert seed["args"] == ["all"]
    assert pod_of(job)["restartPolicy"] == "Never"
    assert pod_of(job)["automountServiceAccountToken"] is False


def test_nothing_reaches_it_and_it_reaches_what_it_connects_to(shop):
    policy = shop.render().one("NetworkPolicy", "seed")["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in policy
    dns, api, outside = policy["egress"]
    assert dns["ports"][0]["port"] == 53
    assert api["to"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == "api"
    assert [to["ipBlock"]["cidr"] for to in outside["to"]] == ["0.0.0.0/0", "::/0"]
    private = {cidr for to in outside["to"] for cidr in to["ipBlock"]["except"]}
    assert {"10.0.0.0/8", "169.254.0.0/16", "fc00::/7", "fe80::/10"} <= private


def test_has_no_test_pod(shop):
    assert {name for name in shop.render().names if "seed" in name and "test" in name} == set()


@pytest.mark.parametrize("component", ["seed", "api"])
def test_name_changes_with_the_pod_and_only_with_it(shop, component):
    """A Job is immutable: the same name with another pod would fail every upgrade."""
    before = _job(shop, {}, component)
    own = {
        subject.plan.name: subject for subject in subjects(shop.path.parents[1] / "platform.yaml")
    }
    changed = set()
    for knob in own[component].knobs:
        values = nested({**knob.needs, knob.path: other_value(knob)})
        if knob.path == "migration.enabled":
            continue
        after = _job(shop, values, component)
        same_pod = after["spec"]["template"] == before["spec"]["template"]
        same_hash = _hash(after) == _hash(before)
        assert same_pod == same_hash, knob.path
        if not same_pod:
            changed.add(knob.path)
    assert {
        "env",
        "global.imagePullSecrets",
        "global.imageRegistry",
        "image.digest",
        "image.pullPolicy",
        "image.registry",
        "image.repository",
        "image.tag",
        "nodeSelector",
        "podLabels",
        "podSecurityContext",
        "secretEnv",
        "securityContext",
        "serviceAccount.name",
        "tolerations",
    } <= changed
    assert "networkPolicy.enabled" not in changed
    assert ("migration.resources" if component == "api" else "resources") in changed


def test_both_helms_give_the_same_hash(tmp_path):
    names = []
    for major in (4, 3):
        folder = tmp_path / str(major)
        folder.mkdir()
        shop = build(folder, {"seed": SEED, "api": API}, major=major, secrets=SECRETS)
        nasty = {"MULTI": "a\nb\n", "COLON": "a: b # c", "NUMBER": "0123", "WIDE": "long " * 40}
        values = {"seed": {"env": nasty, "podSecurityContext": {"runAsUser": 1000660000}}}
        objects = shop.render(values)
        jobs = {name for name in objects.names if name.startswith("Job/")}
        names.append(jobs - {"Job/shop-preflight"})
    assert names[0] == names[1]
    assert len(names[0]) == 2


def test_a_new_application_version_runs_again_a_new_chart_version_does_not(tmp_path):
    def name(**chart: str) -> str:
        folder = tmp_path / "-".join(chart.values())
        folder.mkdir()
        shop = build(folder, {"seed": {**SEED, "connects": []}}, secrets=SECRETS, **chart)
        return shop.render().one("Job", "seed-")["metadata"]["name"]

    old = name(version="1.0.0", appVersion="v7")
    assert name(version="1.1.0", appVersion="v7") == old
    assert name(version="1.1.0", appVersion="v8") != old


def test_limit_below_request(tmp_path):
    wrong = {**SEED, "connects": [], "resources": {"cpu": ["1", "500m"], "memory": "64Mi"}}
    (message,) = problems(tmp_path, {"seed": wrong}, secrets=SECRETS)
    assert message.endswith("seed.resources.cpu: the limit 500m is below the request 1")


def _job(shop, values, component):
    objects = shop.render(values, component=component, release=component)
    return objects.one("Job", None)


def _hash(job) -> str:
    return job["metadata"]["name"].rpartition("-")[2]

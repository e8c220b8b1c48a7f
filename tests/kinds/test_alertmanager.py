from __future__ import annotations

import re

import pytest
import yaml

from tests.kinds.monitoring import ALERTMANAGER, WATCH, amtool, build, problems, run
from tests.kinds.rendering import container, pod_of


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def watch(request, tmp_path_factory):
    return build(tmp_path_factory.mktemp("watch"), major=request.param)


@pytest.fixture(scope="module")
def config(watch):
    return yaml.safe_load(watch.config("alertmanager")["alertmanager.yml"])


def arguments(watch, values=None):
    return container(watch.render(values).one("StatefulSet", "alertmanager"))["args"]


def test_three_members_find_each_other(watch):
    assert [each for each in arguments(watch) if each.startswith("--cluster")] == [
        "--cluster.listen-address=[$(POD_IP)]:9094",
        "--cluster.label=watch-alertmanager",
        "--cluster.reconnect-timeout=5m",
        "--cluster.peer=alertmanager-0.alertmanager-headless:9094",
        "--cluster.peer=alertmanager-1.alertmanager-headless:9094",
        "--cluster.peer=alertmanager-2.alertmanager-headless:9094",
    ]
    headless = watch.render().one("Service", "alertmanager-headless")["spec"]
    assert headless["publishNotReadyAddresses"] is True
    assert [(port["port"], port["protocol"]) for port in headless["ports"]] == [
        (9093, "TCP"),
        (9094, "TCP"),
        (9094, "UDP"),
    ]


def test_one_member_has_no_cluster(watch):
    alone = arguments(watch, {"alertmanager": {"replicas": 1}})
    assert [each for each in alone if each.startswith("--cluster")] == ["--cluster.listen-address="]


def test_members_of_another_release_are_named_after_it(watch):
    objects = watch.render(release="second")
    found = container(objects.one("StatefulSet", "second-alertmanager"))["args"]
    assert "--cluster.peer=second-alertmanager-0.second-alertmanager-headless:9094" in found


def test_members_may_gossip_and_nobody_else(watch):
    policy = watch.render().one("NetworkPolicy", "alertmanager")["spec"]
    gossip = [rule for rule in policy["ingress"] if {"port": "gossip-tcp"} in rule["ports"]]
    assert [rule["from"] for rule in gossip] == [
        [
            {
                "podSelector": {
                    "matchLabels": {
                        "app.kubernetes.io/name": "alertmanager",
                        "app.kubernetes.io/instance": "watch",
                    }
                }
            }
        ]
    ]
    assert {"port": "gossip-udp", "protocol": "UDP"} in gossip[0]["ports"]


def test_prometheus_and_grafana_may_come_in(watch):
    policy = watch.render().one("NetworkPolicy", "alertmanager")["spec"]
    callers = {
        peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
        for peer in policy["ingress"][0]["from"]
    }
    assert callers == {"prometheus", "grafana", "alertmanager-test"}


def test_may_reach_the_ports_of_its_receivers_outside(watch):
    policy = watch.render().one("NetworkPolicy", "alertmanager")["spec"]
    outside = [rule for rule in policy["egress"] if "except" in str(rule)]
    assert [[port["port"] for port in rule["ports"]] for rule in outside] == [[443, 587]]


def test_no_secret_is_in_the_configuration(config):
    ways = [each for receiver in config["receivers"] for each in receiver.items()]
    named = {key for name, way in ways if name != "name" for key in way[0]}
    secret = {key for key in named if any(part in key for part in ("url", "key", "password"))}
    assert secret == {"url_file", "api_url_file", "routing_key_file", "api_key_file"} | {
        "auth_password_file"
    }


def test_secrets_are_files_of_one_secret_that_is_declared(watch):
    pod = pod_of(watch.render().one("StatefulSet", "alertmanager"))
    (volume,) = [each for each in pod["volumes"] if each["name"] == "receivers"]
    assert volume["secret"] == {"secretName": "alertmanager-receivers", "defaultMode": 0o440}
    notes = (watch.path / "README.md").read_text()
    assert "`alertmanager-receivers` | `heartbeat-url`, `security-url`, `pager-key`" in notes


def test_the_example_of_an_address_is_an_address(watch):
    lines = (watch.path / "README.md").read_text().splitlines()
    shown = [line.strip(" \\") for line in lines if "--from-literal" in line]
    urls = [line for line in shown if "https://" in line]
    assert urls == [
        f'--from-literal={key}="https://…"' for key in ("heartbeat-url", "security-url")
    ]
    assert '--from-literal=pager-key="$(openssl rand -base64 24)"' in shown


def test_a_matcher_of_several_values_stays_in_its_cell(watch):
    (row,) = [
        line
        for line in (watch.path / "charts/alertmanager/README.md").read_text().splitlines()
        if line.startswith("| `data` |")
    ]
    cells = re.split(r"(?<!\\)\|", row)[1:-1]
    assert [cell.strip() for cell in cells][3:] == [r'`job=~"postgres\|redis"`']


def test_a_receiver_can_be_switched_off(watch):
    off = {"alertmanager": {"receivers": {"pager": {"enabled": False}}}}
    found = yaml.safe_load(watch.config("alertmanager", off)["alertmanager.yml"])
    assert "pager" not in str(found)
    nobody = {"receivers": {name: {"enabled": False} for name in ALERTMANAGER["receivers"]}}
    objects = watch.render({"alertmanager": nobody})
    volumes = pod_of(objects.one("StatefulSet", "alertmanager"))["volumes"]
    assert [v["secret"].get("optional") for v in volumes if "secret" in v] == [True]
    text = objects.one("ConfigMap", "alertmanager")["data"]["alertmanager.yml"]
    assert yaml.safe_load(text)["route"]["receiver"] == "null"


@pytest.fixture(scope="module")
def checked(watch, tmp_path_factory):
    """The configuration in a file. Debian's amtool does not know `url_file` of webhooks yet."""
    program = amtool()
    text = watch.config("alertmanager")["alertmanager.yml"]
    file = tmp_path_factory.mktemp("amtool") / "alertmanager.yml"
    file.write_text(text)
    if "field url_file not found" in run(program, "check-config", file).stdout:
        address = "/etc/alertmanager/receivers/heartbeat-url"
        assert text.count("- url_file:") == 1
        file.write_text(text.replace(f"url_file: {address}", "url: http://127.0.0.1/"))
    return file


def test_amtool_accepts_the_configuration(checked):
    done = run(amtool(), "check-config", checked)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 receivers" in done.stdout


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        ("alertname=Watchdog severity=none", "heartbeat"),
        ("alertname=ServiceDown severity=critical job=api", "pager"),
        ("alertname=HpaAtMax severity=warning job=state", "team"),
        ("alertname=RedisDown severity=warning job=redis", "data"),
        ("alertname=Throttled severity=info", "null"),
        ("alertname=Login severity=critical category=security", "security,pager"),
        ("alertname=Login severity=warning category=security", "security"),
        ("alertname=Login severity=info category=security", "security,null"),
    ],
)
def test_every_alert_reaches_the_right_receiver(checked, labels, receivers):
    route = ("config", "routes", "test", f"--config.file={checked}")
    done = run(amtool(), *route, *labels.split())
    assert done.stdout.strip() == receivers


def test_without_a_rest_nobody_is_told_of_it(tmp_path):
    receivers = {"pager": {"pagerduty": "key", "match": {"severity": "critical"}}}
    only = {**WATCH, "alertmanager": {**ALERTMANAGER, "receivers": receivers}}
    text = build(tmp_path, only).config("alertmanager")["alertmanager.yml"]
    assert yaml.safe_load(text)["route"]["receiver"] == "null"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"replicas": 4}, "4 members split in halves of which none has the majority"),
        (
            {"receivers": {"team": {}}},
            "expected exactly one of webhook, slack, pagerduty, opsgenie or email, got none",
        ),
        (
            {"receivers": {"team": {"webhook": "a", "opsgenie": "b"}}},
            "got webhook and opsgenie",
        ),
        ({"receivers": {"team": {"slack": "a"}}}, "`slack` needs one"),
        (
            {"receivers": {"team": {"webhook": "a", "channel": "#a"}}},
            "`channel` belongs to `slack`",
        ),
        (
            {"receivers": {"beat": {"webhook": "a", "heartbeat": True, "match": {"a": "b"}}}},
            "`match` has no effect",
        ),
        ({"receivers": {"null": {"webhook": "a"}}}, "the name is taken"),
        (
            {"receivers": {"one": {"webhook": "a"}, "two": {"webhook": "b"}}},
            "'one' already gets every alert without another receiver",
        ),
        ({"connects": ["grafana"]}, "only connects to addresses outside"),
    ],
)
def test_nonsense_is_refused(tmp_path, changes, message):
    found = problems(tmp_path, "alertmanager", **changes)
    assert [one for one in found if message in one], found


def test_a_declared_secret_must_have_the_keys(tmp_path):
    from generator.errors import InputError

    with pytest.raises(InputError) as caught:
        build(tmp_path, secrets={"alertmanager-receivers": ["heartbeat-url"]})
    messages = [finding.message for finding in caught.value.findings]
    assert [one for one in messages if "has no key 'pager-key'" in one]

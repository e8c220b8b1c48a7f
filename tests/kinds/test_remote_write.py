"""Samples that go to a store outside as well: where to, with which token, and past which policy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kinds.monitoring import PROMETHEUS, WATCH, Watch, build, problems, promtool, run
from tests.kinds.rendering import container, pod_of

REMOTE = {"url": "https://samples.example.com:8443/api/v1/push", "token": "write-token"}

OFF = {"prometheus": {"remoteWrite": {"enabled": False}}}


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Watch:
    prometheus = {**PROMETHEUS, "remoteWrite": REMOTE}
    return build(tmp_path_factory.mktemp("remote"), {**WATCH, "prometheus": prometheus})


def config(watch: Watch, values: dict[str, Any] | None = None) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(watch.config("prometheus", values)["prometheus.yml"])
    return read


def test_samples_are_sent_with_a_token_from_a_file(watch: Watch, tmp_path: Path) -> None:
    (remote,) = config(watch)["remote_write"]
    file = f"/etc/prometheus/remote-write/{REMOTE['token']}"
    assert remote == {"url": REMOTE["url"], "authorization": {"credentials_file": file}}
    # Without discovery, which Debian's promtool does not know.
    text = yaml.safe_dump({"remote_write": [remote]}).replace(file, "token")
    (tmp_path / "prometheus.yml").write_text(text)
    (tmp_path / "token").write_text("x")
    done = run(promtool(), "check", "config", tmp_path / "prometheus.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_token_is_mounted_into_the_server_alone(watch: Watch) -> None:
    pod = pod_of(watch.render().one("StatefulSet", "prometheus"))
    (volume,) = [one for one in pod["volumes"] if one["name"] == "remote-write"]
    assert volume["secret"] == {"secretName": "prometheus-remote-write", "defaultMode": 0o440}
    mounted = [
        c["name"]
        for c in pod["containers"]
        for m in c["volumeMounts"]
        if m["name"] == volume["name"]
    ]
    assert mounted == ["prometheus"]


def test_the_policy_lets_it_out_to_that_port_and_not_into_the_cluster(watch: Watch) -> None:
    def ports(values: dict[str, Any] | None = None) -> list[int]:
        egress = watch.render(values).one("NetworkPolicy", "prometheus")["spec"]["egress"]
        blocks = [rule for rule in egress if "ipBlock" in rule.get("to", [{}])[0]]
        assert all(
            "10.0.0.0/8" in rule["to"][0]["ipBlock"].get("except", ["10.0.0.0/8"])
            for rule in blocks
        )
        return [port["port"] for rule in blocks for port in rule["ports"]]

    assert 8443 in ports()
    assert 8443 not in ports(OFF)
    elsewhere = {"prometheus": {"remoteWrite": {"url": "https://other.example.com:9443/push"}}}
    assert 9443 in ports(elsewhere)


def test_it_can_be_switched_off_and_led_elsewhere(watch: Watch) -> None:
    assert "remote_write" not in config(watch, OFF)
    pod = pod_of(watch.render(OFF).one("StatefulSet", "prometheus"))
    assert "remote-write" not in [one["name"] for one in pod["volumes"]]
    elsewhere = {"prometheus": {"remoteWrite": {"url": "https://other.example.com/push"}}}
    assert config(watch, elsewhere)["remote_write"][0]["url"] == "https://other.example.com/push"


def test_only_who_writes_to_one_is_told_of_its_store(watch: Watch, tmp_path: Path) -> None:
    def alerts(of: Watch) -> set[str]:
        return set(re.findall(r"alert: (\w*Remote\w*)", str(of.config("prometheus-rules"))))

    assert alerts(watch) == {"PrometheusRemoteWriteBehind", "PrometheusRemoteWriteFails"}
    assert alerts(build(tmp_path)) == set()


def test_without_a_token_there_is_no_secret(tmp_path: Path) -> None:
    prometheus = {**PROMETHEUS, "remoteWrite": {"url": REMOTE["url"]}}
    watch = build(tmp_path, {**WATCH, "prometheus": prometheus})
    assert config(watch)["remote_write"] == [{"url": REMOTE["url"]}]
    volumes = pod_of(watch.render().one("StatefulSet", "prometheus"))["volumes"]
    assert "remote-write" not in [one["name"] for one in volumes]
    assert "authorization" not in str(container(watch.render().one("StatefulSet", "prometheus")))


@pytest.mark.parametrize("url", ["http://samples.example.com/push", "https://me@example.com/push"])
def test_only_by_https_and_without_a_login(tmp_path: Path, url: str) -> None:
    (message,) = problems(tmp_path, "prometheus", remoteWrite={"url": url})
    assert "remoteWrite.url" in message

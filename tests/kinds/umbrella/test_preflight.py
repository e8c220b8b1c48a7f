"""The check of the Secrets: its script run for real, and the Job that runs it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests import needs
from tests.kinds.rendering import Built, build, container, pod_of
from tests.kinds.umbrella.shop import COMPONENTS, SECRETS, render

SCRIPT = needs.ROOT / "generator" / "kinds" / "umbrella" / "templates" / "preflight.sh"
GOOD = "p8DbM1qgQvN0aLx2"
KEYS = ["1/app/secret-key", "1/app/stripe-key", "1/mail/token"]


@pytest.fixture(params=["sh", "bash", "busybox"])
def shell(request: pytest.FixtureRequest) -> list[str]:
    """The shell of the image is busybox; that of the machine must do, too."""
    path = shutil.which(request.param)
    if path is None:
        needs.missing(request.param, f"apt-get install {request.param}")
    assert path is not None
    return [path, "sh"] if request.param == "busybox" else [path]


def run(shell: list[str], folder: Path, secrets: Mapping[str, Mapping[str, str]], *keys: str):
    """The script over Secrets that lie there as kubelet mounts them: links behind links."""
    for name, data in secrets.items():
        real = folder / "1" / name / "..2026_11_23"
        real.mkdir(parents=True)
        (folder / "1" / name / "..data").symlink_to(real.name)
        for key, value in data.items():
            (real / key).write_text(value)
            (folder / "1" / name / key).symlink_to(f"..data/{key}")
    command = [*shell, str(SCRIPT), str(folder), "16", *(keys or KEYS)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


def test_is_content_with_good_secrets(shell, tmp_path):
    secrets = {
        "app": {"secret-key": GOOD, "stripe-key": f"sk_live_{GOOD}"},
        "mail": {"token": GOOD},
    }
    done = run(shell, tmp_path, secrets)
    assert (done.returncode, done.stdout, done.stderr) == (0, "all 3 keys are there\n", "")


@pytest.mark.parametrize(
    "value",
    [
        "your-secret-key-change-in-production",
        "your-database-password-change-in-production",
        "sk_live_your_stripe_secret_key",
        "SG.your_sendgrid_api_key",
        "your-grafana-admin-password",
        "CHANGEME-CHANGEME-CHANGEME",
        "please change me before production",
        "<put the real password in here>",
        "xxxxxxxxxxxxxxxxxxxxxxxx",
        "a-placeholder-for-the-password",
    ],
)
def test_refuses_placeholders(tmp_path, value):
    done = run(["sh"], tmp_path, {"app": {"k": value}}, "1/app/k")
    assert done.returncode == 1
    assert done.stdout.startswith("app/k: is a placeholder\n1 found")


@pytest.mark.parametrize(
    "value",
    [
        GOOD,
        "Xy0uRx-yes-that-is-one-38sd",
        "-----BEGIN CERTIFICATE-----\nMIIBhTCCASugAwIBAgIQIRi6zePL6mKjOip\n",
        "correct horse battery staple",
    ],
)
def test_takes_real_values(tmp_path, value):
    assert run(["sh"], tmp_path, {"app": {"k": value}}, "1/app/k").returncode == 0


def test_reports_everything_at_once_and_never_a_value(shell, tmp_path):
    done = run(shell, tmp_path, {"app": {"secret-key": "short-value"}})
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "app/secret-key: is shorter than 16 characters",
        "app/stripe-key: the Secret has no such key",
        "mail: there is no such Secret",
        "3 found; nothing was changed. The chart's README lists what must exist.",
    ]
    assert "short-value" not in done.stdout + done.stderr


def test_an_absent_secret_is_an_empty_folder(shell, tmp_path):
    (tmp_path / "1" / "app").mkdir(parents=True)
    done = run(shell, tmp_path, {}, "1/app/one", "1/app/two")
    assert done.stdout.splitlines()[0] == "app: there is no such Secret"
    assert done.stdout.count("no such Secret") == 1


class TestJob:
    def test_runs_before_anything_else(self, f5):
        job = render(f5).one("Job", "shop-preflight")
        assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
        account = render(f5).one("ServiceAccount", "shop-preflight")["metadata"]["annotations"]
        assert int(account["helm.sh/hook-weight"]) < int(
            job["metadata"]["annotations"]["helm.sh/hook-weight"]
        )

    def test_asks_for_each_key_and_mounts_each_secret(self, f5):
        job = render(f5).one("Job", "shop-preflight")
        one = container(job)
        assert one["args"] == [
            "/secrets",
            "16",
            "1/app-secrets/api-key",
            "1/app-secrets/session.key",
            "2/mail/token",
        ]
        names = {each["name"]: each["secret"] for each in pod_of(job)["volumes"]}
        for mount in one["volumeMounts"]:
            number = mount["name"].removeprefix("secret-")
            secret = names[mount["name"]]["secretName"]
            assert mount["mountPath"] == f"/secrets/{number}/{secret}"
            assert names[mount["name"]]["optional"] is True  # else the pod would only hang

    def test_runs_the_script_as_it_is(self, f5):
        command = container(render(f5).one("Job", "shop-preflight"))["command"]
        assert command[:2] == ["sh", "-c"]
        assert command[2].strip() == SCRIPT.read_text().strip()

    def test_can_do_nothing_but_look(self, f5):
        job = render(f5).one("Job", "shop-preflight")
        pod, one = pod_of(job), container(job)
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert one["securityContext"]["readOnlyRootFilesystem"] is True
        assert one["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert {"ephemeral-storage", "memory", "cpu"} == set(one["resources"]["limits"])

    @pytest.mark.parametrize(
        "values",
        [{"preflight": {"enabled": False}}, {"externalSecrets": {"enabled": True}}],
    )
    def test_is_left_out(self, full, values):
        assert "Job/shop-preflight" not in render(full, values).names


DATABASE = {
    "kind": "postgres",
    "database": "shop",
    "replicas": 1,
    "storage": "1Gi",
    "resources": {"cpu": "1", "memory": "1Gi"},
}


@pytest.fixture(scope="module")
def stateful(tmp_path_factory: pytest.TempPathFactory) -> Built:
    components = {**COMPONENTS, "db": DATABASE}
    return build(tmp_path_factory.mktemp("stateful"), components, secrets=SECRETS)


class TestWhatIsAsked:
    """Only what the values ask for, under the name that they give it."""

    @pytest.mark.parametrize(
        ("values", "names"),
        [
            ({}, {"db-credentials", "db-tls"}),
            ({"enabled": False}, set()),
            ({"tls": {"enabled": False}}, {"db-credentials"}),
            ({"tls": {"certManager": {"enabled": True}}}, {"db-credentials"}),
            ({"tls": {"secret": "own"}}, {"db-credentials", "own"}),
            ({"credentialsSecret": "mine"}, {"mine", "db-tls"}),
        ],
    )
    def test_follows_the_values(self, stateful, values, names):
        job = render(stateful, {"db": values}).one("Job", "shop-preflight")
        asked = {arg.split("/")[1] for arg in container(job)["args"][2:]}
        assert asked == {"app-secrets", "mail", *names}
        mounted = {each["secret"]["secretName"] for each in pod_of(job)["volumes"]}
        assert mounted == asked

    def test_one_secret_may_serve_several_components(self, stateful):
        job = render(stateful, {"db": {"credentialsSecret": "mail"}}).one("Job", "shop-preflight")
        paths = [each["mountPath"] for each in container(job)["volumeMounts"]]
        assert sum(path.endswith("/mail") for path in paths) == 2
        assert len(set(paths)) == len(paths)  # the API server refuses a path that is there twice

    def test_has_the_releases_prefix_where_the_component_has_it(self, stateful):
        job = render(stateful, release="blue").one("Job", "blue-shop-preflight")
        asked = {arg.split("/")[1] for arg in container(job)["args"][2:]}
        assert asked == {"app-secrets", "mail", "db-credentials", "blue-db-tls"}

    def test_external_secrets_follow_too(self, tmp_path):
        source = {"provider": "externalSecrets", "store": "vault"}
        built = build(tmp_path, {"db": DATABASE}, secretsFrom=source)
        on, off = render(built), render(built, {"db": {"tls": {"enabled": False}}})
        assert "ExternalSecret/db-tls" in on.names
        assert "ExternalSecret/db-tls" not in off.names

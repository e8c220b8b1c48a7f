"""Publishing to real registries of each kind, with both Helms, through kills and races."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest

from generator.errors import ConflictError, GeneratorError, ToolError
from generator.ship import archive
from generator.ship.outcome import PUSHED, SKIPPED, WOULD_PUSH
from generator.ship.publish import publish
from generator.tools import helm, process
from generator.tools.helm import Helm
from tests import needs
from tests.services.publishing import access_to, actions, digest_in


def no_helm() -> Helm:
    raise AssertionError("nothing is there to push")


def other(real_helm: Helm) -> Helm:
    return helm.find(needs.helm(3 if real_helm.version[0] == 4 else 4), project=Path("/nowhere"))


def test_push_then_skip_then_conflict(any_registry, real_helm, pack, where):
    packages = [pack(), pack("other")]
    target = any_registry.charts(where)
    paths = [each.path for each in packages]
    reach = access_to(any_registry)
    outcomes = publish(paths, target, find_helm=lambda: real_helm, access=reach)
    assert [each.action for each in outcomes] == [PUSHED, PUSHED]
    assert [each.package for each in outcomes] == packages
    assert outcomes[0].reference == f"{target}/shop:1.2.3"
    assert outcomes[0].manifest != outcomes[1].manifest
    # The other Helm would push the same bytes, so there is nothing to do; nor for a third run.
    again = publish(paths, target, find_helm=no_helm, access=reach)
    assert [(each.action, each.manifest) for each in again] == [
        (SKIPPED, each.manifest) for each in outcomes
    ]
    changed = [pack("new"), pack(greeting="changed")]
    with pytest.raises(ConflictError) as caught:
        actions(changed, any_registry, where, other(real_helm))
    assert caught.value.exit_code == 3
    assert f"{target}/shop:1.2.3 with other bytes" in caught.value.message
    assert actions([pack("new")], any_registry, where, real_helm, dry_run=True) == [WOULD_PUSH]
    assert actions([pack("new")], any_registry, where, real_helm) == [PUSHED]


def test_both_helms_push_the_same_manifest(any_registry, pack, where):
    manifests = set()
    for major in (3, 4):
        real = helm.find(needs.helm(major), project=Path("/nowhere"))
        (outcome,) = publish(
            [pack().path],
            any_registry.charts(f"{where}-{major}"),
            find_helm=lambda real=real: real,
            access=access_to(any_registry),
        )
        manifests.add(outcome.manifest)
    assert len(manifests) == 1


@pytest.mark.parametrize("puller", [4, 3], ids=["pulled-by-helm4", "pulled-by-helm3"])
def test_what_was_pushed_is_pulled_and_rendered(
    any_registry, real_helm, puller, pack, where, tmp_path
):
    package = pack()
    (outcome,) = publish(
        [package.path],
        any_registry.charts(where),
        find_helm=lambda: real_helm,
        access=access_to(any_registry),
    )
    reference = f"{any_registry.charts(where)}/shop"
    flags = [*any_registry.flags, "--registry-config", str(any_registry.config)]
    program = needs.helm(puller)

    def run(*words: object) -> str:
        command = [program, *map(str, words), *flags]
        return process.run(command, env=helm.environment()).stdout

    run("pull", reference, "--version", "1.2.3", "--destination", tmp_path)
    assert (tmp_path / "shop-1.2.3.tgz").read_bytes() == package.path.read_bytes()
    by_tag = run("template", "rel", reference, "--version", "1.2.3", "--kube-version", "1.31.0")
    assert "helm.sh/chart: shop-1.2.3" in by_tag
    assert "name: rel-cart" in by_tag
    if puller == 4:  # Helm 3.17 cannot name a chart by digest
        by_digest = f"{reference}@{outcome.manifest}"
        assert run("template", "rel", by_digest, "--kube-version", "1.31.0") == by_tag


def test_it_is_a_dependency_of_another_chart(any_registry, real_helm, pack, where, tmp_path):
    actions([pack(), pack(version="1.10.0")], any_registry, where, real_helm)
    mall = tmp_path / "mall"
    mall.mkdir()
    (mall / "Chart.yaml").write_text(
        "apiVersion: v2\nname: mall\nversion: 1.0.0\ndependencies:\n"
        f"  - {{name: shop, version: ^1.2.0, repository: '{any_registry.charts(where)}'}}\n"
    )
    command = [real_helm.path, "dependency", "update", mall]
    command += ["--registry-config", any_registry.config]
    if any_registry.plain_http:
        process.run([*command, "--plain-http"], env=helm.environment())
    else:  # Helm 3 has no --ca-file here
        trusted = {"SSL_CERT_FILE": str(any_registry.ca_file)}
        process.run(command, env=helm.environment() | trusted)
    assert [path.name for path in (mall / "charts").iterdir()] == ["shop-1.10.0.tgz"]
    text = real_helm.template(mall, release="rel", namespace="n", kube_version="1.31")
    assert "name: rel-cart" in text


def test_it_is_installed_with_a_client_side_dry_run(plain_registry, pack, where):
    four = helm.find(needs.helm(4), project=Path("/nowhere"))
    actions([pack()], plain_registry, where, four)
    command = [four.path, "install", "rel", f"{plain_registry.charts(where)}/shop", "--plain-http"]
    done = process.run([*command, "--dry-run=client"], env=helm.environment())
    assert "The shop says welcome." in done.stdout


def test_a_version_with_build_metadata(plain_registry, real_helm, pack, where):
    package = pack(version="1.2.3-rc.1+build.7")
    (outcome,) = publish(
        [package.path],
        plain_registry.charts(where),
        find_helm=lambda: real_helm,
        access=access_to(plain_registry),
    )
    assert outcome.reference.endswith("/shop:1.2.3-rc.1_build.7")
    assert actions([package], plain_registry, where, real_helm) == [SKIPPED]


def test_a_user_and_password_leave_no_trace(private_registry, real_helm, pack, where, monkeypatch):
    seen: list[list[str]] = []
    run = process.run

    def watched(command, **options):
        seen.append([*map(str, command), *(options["env"] or {}).values()])
        return run(command, **options)

    monkeypatch.setattr(process, "run", watched)
    given = access_to(
        private_registry,
        registry_config=Path("/nowhere/config.json"),
        user=private_registry.user,
        password=private_registry.password,
    )
    assert actions([pack()], private_registry, where, real_helm, access=given) == [PUSHED]
    ((*words,),) = seen
    assert private_registry.password not in " ".join(words)
    config = Path(words[words.index("--registry-config") + 1])
    assert not config.exists()
    assert not config.parent.exists()


def test_the_login_of_helm_itself_is_found(private_registry, real_helm, pack, where, tmp_path):
    login = helm.user_registry_config()
    assert login.is_relative_to(tmp_path)
    words = ["--username", private_registry.user, "--password-stdin", "--registry-config", login]
    flags = [flag.replace("--plain-http", "--insecure") for flag in private_registry.flags]
    if real_helm.version >= (4,):
        flags = private_registry.flags
    process.run(
        [real_helm.path, "registry", "login", private_registry.host, *words, *flags],
        env=helm.environment(),
        stdin=private_registry.password,
    )
    reach = access_to(private_registry, registry_config=None)
    assert actions([pack()], private_registry, where, real_helm, access=reach) == [PUSHED]


def test_the_login_of_docker_is_found(any_registry, real_helm, pack, where, tmp_path, monkeypatch):
    (tmp_path / "docker").mkdir()
    any_registry.config.rename(tmp_path / "docker" / "config.json")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    reach = access_to(any_registry, registry_config=None)
    assert actions([pack()], any_registry, where, real_helm, access=reach) == [PUSHED]


def test_no_credentials_fail_before_anything_is_pushed(private_registry, pack, where):
    reach = access_to(private_registry, registry_config=Path("/nowhere/config.json"))
    with pytest.raises(GeneratorError) as caught:
        publish([pack().path], private_registry.charts(where), find_helm=no_helm, access=reach)
    assert "helm registry login" in str(caught.value.hint)


def test_a_push_that_fails_is_a_failure_with_a_hint(plain_registry, pack, where, tmp_path):
    broken = tmp_path / "helm"
    broken.write_text("#!/bin/sh\necho 'Error: response status code 403: denied' >&2; exit 1\n")
    broken.chmod(0o755)
    with pytest.raises(ToolError) as caught:
        actions([pack()], plain_registry, where, Helm(path=broken, version=(4, 0, 0)))
    assert caught.value.hint == "this user may read but not write here"
    assert digest_in(plain_registry, where, "shop") is None


def test_a_push_that_did_not_arrive_is_a_failure(plain_registry, pack, where):
    liar = Helm(path=Path("/bin/true"), version=(4, 0, 0))
    with pytest.raises(GeneratorError, match="was pushed, but the registry has it not"):
        actions([pack()], plain_registry, where, liar)


def test_the_manifest_is_as_helm_makes_it(plain_registry, real_helm, pack, where):
    package = pack()
    actions([package], plain_registry, where, real_helm)
    url = f"http://{plain_registry.host}/v2/{where}/shop/manifests/1.2.3"
    request = urllib.request.Request(url)
    request.add_header("Accept", "application/vnd.oci.image.manifest.v1+json")
    with urllib.request.urlopen(request) as answer:
        manifest = json.load(answer)
    assert manifest["config"]["mediaType"] == "application/vnd.cncf.helm.config.v1+json"
    (layer,) = manifest["layers"]
    assert layer["digest"] == f"sha256:{package.digest}"
    assert layer["size"] == package.size
    annotations = manifest["annotations"]
    assert annotations["org.opencontainers.image.created"] == "1980-01-01T00:00:00Z"
    assert annotations["org.opencontainers.image.version"] == "1.2.3"
    metadata = archive.declared_in(package.path).metadata
    assert annotations["org.opencontainers.image.description"] == metadata["description"]

"""The Secrets that the release reads are there, with their keys, and no placeholders in them.

Values are looked at here and told nowhere: neither printed nor kept.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping

from generator.findings import Finding
from generator.release.preflight.scene import Scene, finding
from generator.tools.kubectl import Json

ID = "secrets"

#: As the chart's own look before the installation, files/preflight.sh, has it.
_PLACEHOLDER = re.compile(
    r"your[-_ ]|change[-_ ]?(me|it|this)|change[-_ ]in[-_ ]production|placeholder|^<.*>$|^x+$",
    re.IGNORECASE | re.MULTILINE,
)
#: Keys whose values nobody else gives out.
#: A key of a foreign service (`stripe-secret-key`) is given, not made up.
_OURS = re.compile(r"password|^(secret-key|agent-token)$")


def check(scene: Scene) -> Iterator[Finding]:
    if scene.facts.secrets is None and scene.facts.namespace is not None:
        return  # `rights` says so: Helm itself must read Secrets
    make_namespace = scene.facts.namespace is None
    there = {one["metadata"]["name"]: one for one in scene.facts.secrets or ()}
    for secret, keys in sorted(scene.keys.items()):
        found = there.get(secret)
        if found is None:
            yield finding(
                ID,
                scene.overlay,
                f"there is no Secret {secret!r} in {scene.namespace}"
                + (f", with {', '.join(keys)}" if keys else ""),
                hint=[
                    *([_namespace(scene)] if make_namespace else []),
                    _create(scene, secret, list(keys)),
                ],
                subject=f"Secret/{secret}",
            )
            make_namespace = False
        else:
            yield from _of(scene, found, keys)


def _of(scene: Scene, secret: Json, keys: Mapping[str, int]) -> Iterator[Finding]:
    data = secret.get("data") or {}
    name = secret["metadata"]["name"]
    for key, least in keys.items():
        wrong = _wrong(data.get(key), least)
        if wrong:
            yield finding(
                ID,
                scene.overlay,
                f"{key}: {wrong}",
                hint=_replace(scene, name, key),
                subject=f"Secret/{name}",
            )


def _wrong(encoded: str | None, least: int) -> str | None:
    """What is wrong with a value, without a word of it. `least` 0 asks for its presence only."""
    if encoded is None:
        return "the Secret has no such key"
    try:
        value = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return "is no base64"
    if not value:
        return "is empty"
    if least and _PLACEHOLDER.search(value.decode(errors="replace")):
        return "is a placeholder"
    return f"is shorter than {least} characters" if len(value) < least else None


def _create(scene: Scene, secret: str, keys: list[str]) -> str:
    if set(keys) <= {"ca.crt", "tls.crt", "tls.key"} and keys:
        literals = " ".join(f"--from-file={key}={key}" for key in keys)
    else:
        literals = " ".join(f"--from-literal={key}={_sample(key)}" for key in keys or ["KEY"])
    return f"kubectl create secret generic {secret} --namespace {scene.namespace} {literals}"


def _sample(key: str) -> str:
    """A random value where we choose it, else what the next look refuses if it is not filled in."""
    return '"$(openssl rand -base64 24)"' if _OURS.search(key) else f"'<{key}>'"


def _namespace(scene: Scene) -> str:
    if (scene.target.chart / "files" / "namespace.yaml").is_file():
        folder = scene.chart.removesuffix("Chart.yaml")
        return f"kubectl apply --server-side -f {folder}files/namespace.yaml"
    return f"kubectl create namespace {scene.namespace}"


def _replace(scene: Scene, secret: str, key: str) -> str:
    return (
        f"kubectl patch secret {secret} --namespace {scene.namespace} --patch"
        f' \'{{"stringData":{{"{key}":"\'"$(openssl rand -base64 24)"\'"}}}}\''
    )

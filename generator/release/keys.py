"""Which Secrets a release reads, which keys of them, and how long their values must be.

The chart itself says it: its pods by what they refer to, and its own look before an installation
by what that Job is told. Where a value switches the Job off, it is rendered for its words alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from generator.check.objects import Object, mapping, maps
from generator.check.rendering import Rendering

_LOOK = "preflight"


def keys_of(objects: Sequence[Object], look: Sequence[Object]) -> dict[str, dict[str, int]]:
    """Secret -> key -> least length. `look` are the objects with the chart's Job in them.

    Lengths are wanted only where the Job is one of `objects`: a laptop's may be short.
    """
    rendering = Rendering(objects=tuple(objects))
    made = {obj.name for obj in rendering.of("Secret")} | set(_by_others(rendering))
    keys: dict[str, dict[str, int]] = {}
    for secret, key in _references(rendering):
        keys.setdefault(secret, {})
        if key:
            keys[secret].setdefault(key, 0)
    runs = _job(objects) is not None
    for secret, key, least in _told(look):
        keys.setdefault(secret, {})[key] = least if runs else 0
    return {secret: keys[secret] for secret in sorted(keys) if secret not in made}


def _told(objects: Sequence[Object]) -> Iterator[tuple[str, str, int]]:
    """The arguments of the Job: FOLDER LENGTH NUMBER/SECRET/KEY…"""
    job = _job(objects)
    if job is None or job.workload is None:
        return
    for container in job.workload.main:
        words = [str(word) for word in container.data.get("args") or ()]
        if len(words) > 2 and words[1].isdigit():
            for word in words[2:]:
                _, secret, key = word.split("/", 2)
                yield secret, key, int(words[1])


def _job(objects: Sequence[Object]) -> Object | None:
    label = "app.kubernetes.io/component"
    jobs = (one for one in objects if one.kind == "Job" and one.labels.get(label) == _LOOK)
    return next(jobs, None)


def _references(rendering: Rendering) -> Iterator[tuple[str, str | None]]:
    """Secret and key of all that pods cannot start without, and of certificates at the door."""
    for workload in rendering.workloads:
        for volume in maps(workload.pod.get("volumes")):
            projected = maps(mapping(volume.get("projected")).get("sources"))
            for source in (volume, *projected):
                yield from _of_volume(mapping(source.get("secret")))
        for container in workload.containers:
            for variable in container.env:
                ref = mapping(mapping(variable.get("valueFrom")).get("secretKeyRef"))
                if ref.get("name") and not ref.get("optional"):
                    yield str(ref["name"]), str(ref.get("key"))
            for source in maps(container.data.get("envFrom")):
                ref = mapping(source.get("secretRef"))
                if ref.get("name") and not ref.get("optional"):
                    yield str(ref["name"]), None
        for pull in maps(workload.pod.get("imagePullSecrets")):
            if pull.get("name"):
                yield str(pull["name"]), ".dockerconfigjson"
    for obj in rendering.of("Ingress"):
        for tls in maps(obj.spec.get("tls")):
            if tls.get("secretName"):
                for key in ("tls.crt", "tls.key"):
                    yield str(tls["secretName"]), key


def _of_volume(secret: Any) -> Iterator[tuple[str, str | None]]:
    name = secret.get("secretName") or secret.get("name")
    if not name or secret.get("optional"):
        return
    yield str(name), None
    for item in maps(secret.get("items")):
        yield str(name), str(item.get("key"))


def _by_others(rendering: Rendering) -> Iterator[str]:
    """Secrets that someone makes because of an object of the release."""
    for obj in rendering.of("ExternalSecret"):
        yield str(mapping(obj.spec.get("target")).get("name") or obj.name)
    for obj in rendering.of("SealedSecret"):
        yield str(
            mapping(mapping(obj.spec.get("template")).get("metadata")).get("name") or obj.name
        )
    for obj in rendering.of("Certificate"):
        yield str(obj.spec.get("secretName"))
    for obj in rendering.of("Ingress"):
        if any(key.startswith("cert-manager.io/") for key in obj.annotations):
            yield from (str(tls.get("secretName")) for tls in maps(obj.spec.get("tls")))

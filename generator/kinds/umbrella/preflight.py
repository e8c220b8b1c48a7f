"""A hook that looks at the Secrets before anything starts: there, long enough, no placeholder."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.api import File, Knob
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as s
from generator.kinds.common.app import Image
from generator.kinds.umbrella.secrets import provider
from generator.kinds.umbrella.words import needed, secret_name, written
from generator.spec.model import Chart

IMAGE = Image(repository="docker.io/library/busybox", tag="1.37.0")


def knobs(chart: Chart) -> Iterator[Knob]:
    if not chart.secrets:
        return
    off = {f"{provider(chart)}.enabled": False} if provider(chart) else {}
    active = {"preflight.enabled": True, **off}
    yield Knob(
        path="preflight.enabled",
        doc="Before installing and upgrading, look whether the Secrets are there, long enough and "
        "no placeholders. Prints their names only.",
        default=True,
        schema=s.BOOLEAN,
        needs=off,
    )
    yield Knob(
        path="preflight.minimumLength",
        doc="How many characters a value needs at least.",
        default=16,
        schema=s.POSITIVE,
        needs=active,
    )
    for knob in k.image(IMAGE, at="preflight.image", what="the check"):
        yield Knob(
            path=knob.path,
            doc=knob.doc,
            default=knob.default,
            schema=knob.schema,
            flip=knob.flip,
            needs=active,
        )
    yield Knob(
        path="preflight.nodeSelector",
        doc="Labels of the nodes that the check may run on.",
        default={},
        schema=s.LABELS,
        needs=active,
    )
    yield Knob(
        path="preflight.tolerations",
        doc="Tolerations of the check.",
        default=[],
        schema=s.OBJECTS,
        flip=[{"key": "flipped", "operator": "Exists"}],
        needs=active,
    )


def files(chart: Chart) -> Iterator[File]:
    if not chart.secrets:
        return
    switch = provider(chart)
    condition = f"and .Values.preflight.enabled (not .Values.{switch}.enabled)"
    context = {
        "condition": condition if switch else ".Values.preflight.enabled",
        "secrets": [
            (secret, needed(secret), written(secret_name(secret, chart.name)))
            for secret in chart.secrets
        ],
    }
    for name in ("job", "serviceaccount"):
        yield File(
            template=f"preflight-{name}.yaml",
            path=f"templates/preflight-{name}.yaml",
            context=context,
        )
    yield File(template="preflight.sh", path="files/preflight.sh", verbatim=True)

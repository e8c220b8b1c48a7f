"""Where the Secrets come from: they exist, or an ExternalSecret or a SealedSecret makes each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.kinds.api import File, Knob, Problem
from generator.kinds.common import schemas as s
from generator.kinds.umbrella.words import needed, secret_name, written
from generator.spec.model import Chart, Secret
from generator.spec.quantity import parse_seconds

EXTERNAL, SEALED = "externalSecrets", "sealedSecrets"

#: What `kubeseal --raw` prints. A plain value or a placeholder never looks like it.
_ENCRYPTED = {"type": "string", "pattern": "^(A[gQ][A-Za-z0-9+/]{98,}={0,2})?$"}


def provider(chart: Chart) -> str | None:
    """The provider that the spec names, when there is something for it to provide."""
    return chart.secrets_from.provider if chart.secrets_from and chart.secrets else None


def knobs(chart: Chart) -> Iterator[Knob]:
    if provider(chart) == EXTERNAL:
        yield from _external(chart)
    elif provider(chart) == SEALED:
        yield from _sealed(chart)


def files(chart: Chart) -> Iterator[File]:
    kind = {EXTERNAL: "externalsecret", SEALED: "sealedsecret"}.get(provider(chart) or "")
    for secret in chart.secrets if kind else ():
        yield File(
            template=f"{kind}.yaml",
            path=f"templates/{kind}-{secret.name}.yaml",
            context={
                "secret": secret,
                "needed": needed(secret),
                "name": written(secret_name(secret, chart.name)),
                "expression": secret_name(secret, chart.name),
                "origin": secret,
            },
        )


def problems(chart: Chart) -> Iterator[Problem]:
    source = chart.secrets_from
    if source is not None and source.provider == EXTERNAL and not source.store:
        yield Problem(
            path=("secretsFrom", "store"),
            rule="secret-store",
            message="externalSecrets need the name of a store",
            hint="store: the name of your ClusterSecretStore",
        )


def _external(chart: Chart) -> Iterator[Knob]:
    source = chart.secrets_from
    assert source is not None
    wanted = {"externalSecrets.enabled": True}
    yield Knob(
        path="externalSecrets.enabled",
        doc="Let the External Secrets Operator, which must be installed, make the Secrets. While "
        "off, they must exist. Of several releases in a namespace, one only may make them.",
        default=source.enabled,
        schema=s.BOOLEAN,
    )
    yield Knob(
        path="externalSecrets.store",
        doc="Name of the store that they are read from.",
        default=source.store,
        schema=s.NAME,
        flip="another-store",
        needs=wanted,
    )
    yield Knob(
        path="externalSecrets.storeKind",
        doc="Kind of the store.",
        default=source.store_kind,
        schema=s.enum("SecretStore", "ClusterSecretStore"),
        needs=wanted,
    )
    yield Knob(
        path="externalSecrets.prefix",
        doc="What stands before the Secret's name in the store.",
        default=source.prefix,
        schema=s.STRING,
        flip="flipped/",
        needs=wanted,
    )
    yield Knob(
        path="externalSecrets.refreshInterval",
        doc="How often the store is read.",
        default=_go_duration(source.refresh),
        schema={"type": "string", "pattern": "^([0-9]+(ms|s|m|h))+$"},
        flip="7m",
        needs=wanted,
    )


def _sealed(chart: Chart) -> Iterator[Knob]:
    source = chart.secrets_from
    assert source is not None
    filled = {"sealedSecrets.encryptedData": _data(chart, "AgA" + "A" * 97)}
    yield Knob(
        path="sealedSecrets.enabled",
        doc="Make the Secrets by Sealed Secrets, whose controller must be installed. While off, "
        "they must exist. Of several releases in a namespace, one only may make them.",
        default=source.enabled,
        schema=s.BOOLEAN,
        needs=filled,
    )
    yield Knob(
        path="sealedSecrets.encryptedData",
        doc="What `kubeseal --raw` prints, by Secret and key. Nothing but encrypted data fits.",
        default=_data(chart, ""),
        schema=_sealed_schema(chart),
        flip=_data(chart, "AgB" + "B" * 97),
        needs={**filled, "sealedSecrets.enabled": True},
    )


def _data(chart: Chart, value: str) -> dict[str, dict[str, str]]:
    return {secret.name: dict.fromkeys(secret.keys, value) for secret in chart.secrets}


def _sealed_schema(chart: Chart) -> dict[str, Any]:
    def of(secret: Secret) -> dict[str, Any]:
        keys = dict.fromkeys(secret.keys, _ENCRYPTED)
        return {"type": "object", "additionalProperties": False, "properties": keys}

    properties = {secret.name: of(secret) for secret in chart.secrets}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _go_duration(text: str) -> str:
    """Without days, which Go does not know."""
    seconds = parse_seconds(text)
    return f"{seconds // 3600}h" if seconds % 3600 == 0 else f"{seconds}s"

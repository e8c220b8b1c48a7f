"""What `helm template` printed -> objects, each with the template that it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from generator.check.kubeyaml import YamlError, load
from generator.check.objects import Object, mapping
from generator.findings import Finding

_START_OF_DOCUMENT = re.compile(r"^---(?:[ \t].*)?$\n?", re.MULTILINE)
_SOURCE = re.compile(r"^# Source: [^/\n]+/(.+)$", re.MULTILINE)
_TEXT = re.compile(r"^(?!\s*(?:#|$))", re.MULTILINE)

#: Kinds of which there is one in the whole cluster, not one in each namespace.
CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "CiliumClusterwideNetworkPolicy",
        "ClusterExternalSecret",
        "ClusterImageCatalog",
        "ClusterIssuer",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterSecretStore",
        "ClusterTriggerAuthentication",
        "CSIDriver",
        "CustomResourceDefinition",
        "FlowSchema",
        "GatewayClass",
        "IngressClass",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttributesClass",
        "VolumeSnapshotClass",
    }
)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The objects of one rendering, and what was wrong with its text."""

    objects: tuple[Object, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class ManifestReader:
    """Reads the renderings of one chart. A document that came before is not read again."""

    folder: str  # the chart's, relative to the project
    namespace: str
    _known: dict[str, Manifest] = field(default_factory=dict, repr=False)

    def read(self, text: str) -> Manifest:
        """The objects of a rendering, in its order."""
        parts = []
        for document in _START_OF_DOCUMENT.split(text):
            part = self._known.get(document)
            if part is None:
                part = self._known[document] = self._document(document)
            parts.append(part)
        return Manifest(
            objects=tuple(each for part in parts for each in part.objects),
            findings=tuple(each for part in parts for each in part.findings),
        )

    def _document(self, text: str) -> Manifest:
        if _TEXT.search(text) is None:  # only comments: a template that was switched off
            return Manifest(objects=(), findings=())
        source = _SOURCE.search(text)
        path = f"{self.folder}/{source[1]}" if source else self.folder
        try:
            data = load(text)
        except YamlError as error:
            return Manifest(objects=(), findings=(_unreadable(path, text, error),))
        made = [self._object(each, path) for each in _items(data)]
        return Manifest(
            objects=tuple(each for each in made if isinstance(each, Object)),
            findings=tuple(each for each in made if isinstance(each, Finding)),
        )

    def _object(self, data: Any, path: str) -> Object | Finding:
        fields = mapping(data)
        api_version, kind = fields.get("apiVersion"), fields.get("kind")
        metadata = mapping(fields.get("metadata"))
        name = metadata.get("name") or metadata.get("generateName")
        for what, value in (("apiVersion", api_version), ("kind", kind), ("metadata.name", name)):
            if not isinstance(value, str) or not value:
                shown = "missing" if value in (None, "") else f"{value!r} is no text"
                return Finding(path=path, rule="manifest", message=f"{what}: {shown}")
        namespace = metadata.get("namespace") or self.namespace
        return Object(
            api_version=str(api_version),
            kind=str(kind),
            name=str(name),
            namespace="" if kind in CLUSTER_SCOPED else str(namespace),
            path=path,
            data=fields,
        )


def _items(data: Any) -> Iterator[Any]:
    """Kubernetes takes a `List` for the objects in it."""
    if isinstance(data, dict) and data.get("kind") == "List" and data.get("apiVersion") == "v1":
        yield from data.get("items") or ()
    elif data is not None:
        yield data


def _unreadable(path: str, text: str, error: YamlError) -> Finding:
    lines = text.split("\n")
    line = lines[min(error.mark.line, len(lines)) - 1].strip()
    return Finding(
        path=path,
        rule="duplicate-key" if error.duplicate else "manifest",
        message=f"{error.message}, in line {error.mark.line} of the rendered document: {line!r}",
        hint="remove one of the two: Kubernetes would take the last" if error.duplicate else None,
    )

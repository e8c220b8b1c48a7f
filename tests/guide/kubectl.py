"""The guide's kubectl commands, read word by word: does what they address exist?"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field

from tests.guide.cluster import WORKLOADS, Cluster

KINDS = {
    "deployment": "Deployment",
    "deployments": "Deployment",
    "hpa": "HorizontalPodAutoscaler",
    "ingress": "Ingress",
    "statefulset": "StatefulSet",
    "svc": "Service",
}


@dataclass(kw_only=True)
class Command:
    """A command as kubectl reads it: words, options, and what it runs in a container."""

    verb: str
    words: list[str]
    options: dict[str, str] = field(default_factory=dict)
    inside: list[str] = field(default_factory=list)

    @property
    def namespace(self) -> str:
        return self.options.get("-n") or self.options["--namespace"]


def read(line: str) -> Command:
    before, _, after = line.partition(" -- ")
    program, verb, *rest = shlex.split(before, comments=True)
    assert program == "kubectl"
    command = Command(verb=verb, words=[], inside=shlex.split(after.partition(" > ")[0]))
    words = iter(rest)
    for word in words:
        if word in ("-n", "--namespace"):
            command.options[word] = next(words)
        elif word.startswith("-"):
            name, _, value = word.partition("=")
            command.options[name] = value
        else:
            command.words.append(word)
    return command


def addresses(cluster: Cluster, line: str) -> Command:
    """Fail unless everything that a command names is there; return what it says."""
    command = read(line)
    objects = cluster.objects[command.namespace]
    match command.verb:
        case "get" | "describe" | "top":
            _looked_at(cluster, command)
        case "logs":
            kind, name = _target(command.words[0])
            cluster.container(kind, name, None, command.namespace)
        case "exec":
            _entered(cluster, command)
        case "scale":
            kind, name = command.words
            cluster.get(KINDS[kind], name, command.namespace)
            assert int(command.options["--replicas"]) > 0
        case "port-forward":
            kind, name = command.words[0].split("/")
            outer, inner = command.words[1].split(":")
            service = objects.by_name[KINDS[kind], name]
            assert outer == inner
            assert int(inner) in [port["port"] for port in service["spec"]["ports"]]
        case "set":
            what, target, change = command.words
            assert what == "image"
            container, image = change.split("=")
            found = cluster.container(*_target(target), container, command.namespace)
            # The command changes the tag alone: the chart's image is the same one.
            assert found["image"].split(":")[0].removeprefix("docker.io/") == image.split(":")[0]
        case _:
            raise AssertionError(f"the guide does not use {command.verb}")
    return command


def _looked_at(cluster: Cluster, command: Command) -> None:
    objects = cluster.objects[command.namespace]
    kind, *names = command.words
    if kind in ("pod", "pods", "all"):
        assert any(True for _ in objects.of(*WORKLOADS))
        assert names in ([], ["<pod-name>"])
    elif kind == "pvc":
        claims = [each["spec"].get("volumeClaimTemplates") for each in objects.of("StatefulSet")]
        assert claims and all(claims)
    elif kind == "events":
        assert command.options["--sort-by"] == ".lastTimestamp"
    else:
        assert any(True for _ in objects.of(KINDS[kind]))
        for name in names:
            cluster.get(KINDS[kind], name, command.namespace)


def _entered(cluster: Cluster, command: Command) -> None:
    """`exec` enters the default container: the annotated one, else the first."""
    target = command.words[0]
    if "/" in target:
        kind, name = _target(target)
    else:
        match = re.fullmatch(r"(.+)-(\d+)", target)
        assert match, f"{target} is no pod of a StatefulSet"
        kind, name = "StatefulSet", match[1]
        replicas = cluster.get(kind, name, command.namespace)["spec"]["replicas"]
        assert int(match[2]) < replicas
    pod = cluster.pod(kind, name, command.namespace)
    annotations = pod["metadata"].get("annotations", {})
    default = annotations.get("kubectl.kubernetes.io/default-container")
    containers = [each["name"] for each in pod["spec"]["containers"]]
    assert (default or containers[0]) == name
    assert name in containers


def _target(text: str) -> tuple[str, str]:
    kind, name = text.split("/")
    return KINDS[kind], name

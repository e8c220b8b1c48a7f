"""Ask a test cluster as people do: with kubectl and Helm, as this user or that."""

from __future__ import annotations

import json
import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from generator.tools import helm, process
from generator.tools.process import Done
from tests import needs
from tests.cluster import guard, pki
from tests.cluster.plane import Plane

RESTRICTED = {
    f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn", "audit")
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Cluster:
    """A cluster for tests, and the user who asks it: the administrator, unless `as_user`."""

    kubeconfig: Path
    #: A folder for kubeconfigs and for what kubectl and Helm remember.
    folder: Path
    #: CustomResourceDefinitions of other parties, by name (`cert-manager`, `istio`, …).
    definitions: Path
    #: The programs behind it, to stop and start; None for a cluster that TEST_KUBECONFIG names.
    plane: Plane | None = None

    def __post_init__(self) -> None:
        guard.refuse_unless_loopback(self.kubeconfig, disposable=self.plane is None)

    def as_user(self, name: str, *, lasts: float | None = None) -> Cluster:
        """The same cluster as a user without rights; after `lasts` seconds it refuses them."""
        if self.plane is not None:
            return replace(self, kubeconfig=self.plane.user(name, lasts=lasts))
        if lasts is not None:
            needs.missing("a cluster whose users expire", f"unset {guard.NAMED}")
        return replace(self, kubeconfig=_impersonating(self.kubeconfig, self.folder, name))

    def as_account(self, namespace: str, name: str) -> Cluster:
        """The same cluster as a ServiceAccount, by a token that ends with it."""
        user = {"token": self.kubectl("create", "token", name, "-n", namespace).strip()}
        cluster, _ = _minified(self.kubeconfig)
        path = self.folder / f"{namespace}-{name}.kubeconfig"
        pki.write(path, cluster["server"], cluster["certificate-authority-data"], user)
        return replace(self, kubeconfig=path)

    def kubectl(self, *words: str | Path, stdin: str | None = None, fails: bool = False) -> str:
        """What kubectl prints; with `fails`, it must fail, and this is what it says."""
        done = self.kubectl_tried(*words, stdin=stdin)
        assert (done.code != 0) == fails, f"kubectl {words}:\n{done.stdout}{done.stderr}"
        return done.stderr + done.stdout if fails else done.stdout

    def kubectl_tried(self, *words: str | Path, stdin: str | None = None) -> Done:
        program = needs.ROOT / ".tools" / "bin" / "kubectl"
        return _tried([program, *words], self.environment, stdin)

    def helm(
        self, major: int, *words: str | Path, stdin: str | None = None, fails: bool = False
    ) -> str:
        """What Helm 4 or 3 prints; with `fails`, it must fail, and this is what it says."""
        done = self.helm_tried(major, *words, stdin=stdin)
        assert (done.code != 0) == fails, f"helm {words}:\n{done.stdout}{done.stderr}"
        return done.stderr + done.stdout if fails else done.stdout

    def helm_tried(self, major: int, *words: str | Path, stdin: str | None = None) -> Done:
        return _tried([needs.helm(major), *words], self.environment, stdin)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of programs that shall find this cluster and no other."""
        clean = {k: v for k, v in helm.environment().items() if not k.startswith("KUBE")}
        home = {"HOME": str(self.folder / "home"), "KUBECONFIG": str(self.kubeconfig)}
        return clean | home | {"NO_PROXY": "127.0.0.1,localhost", "NO_COLOR": "1"}

    def get(self, kind: str, name: str, namespace: str) -> dict[str, Any]:
        """One object."""
        answer: dict[str, Any] = json.loads(
            self.kubectl("get", kind, name, "-n", namespace, "-o", "json")
        )
        return answer

    def list(self, kinds: str, namespace: str | None = None) -> list[dict[str, Any]]:
        """All objects of the kinds, in a namespace or everywhere."""
        where = ["-n", namespace] if namespace else ["-A"]
        items: list[dict[str, Any]] = json.loads(self.kubectl("get", kinds, *where, "-o", "json"))[
            "items"
        ]
        return items

    def apply(self, objects: Sequence[Mapping[str, Any]]) -> None:
        """Apply objects server-side, as whoever made them."""
        text = "\n---\n".join(json.dumps(each) for each in objects)
        self.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=text)

    def define(self, *names: str) -> None:
        """Install the CustomResourceDefinitions of other parties, and wait until they serve."""
        for name in names:
            files = sorted((self.definitions / name).glob("*.yaml"))
            assert files, f"no definitions of {name} in {self.definitions}"
            crds = [path for path in files if "CustomResourceDefinition" in path.read_text()]
            words = [word for path in crds for word in ("-f", path)]
            # Too large for the annotation that applying by the client would write.
            self.kubectl("apply", "--server-side", *words)
            self.kubectl("wait", "--for=condition=Established", "--timeout=60s", *words)

    def create_namespace(self, name: str, *, labels: Mapping[str, str] = RESTRICTED) -> str:
        """A namespace that admits only `restricted` pods, unless told otherwise."""
        metadata = {"name": name, "labels": dict(labels)}
        self.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}])
        return name

    @contextmanager
    def fresh_namespace(self, prefix: str = "test") -> Iterator[str]:
        """A namespace that nobody else uses. Its end is not waited for: that takes 10 seconds."""
        name = self.create_namespace(f"{prefix}-{uuid.uuid4().hex[:8]}")
        try:
            yield name
        finally:
            self.kubectl_tried("delete", "namespace", name, "--wait=false", "--ignore-not-found")


def until(ask: Callable[[], Any], *, within: float = 30, what: str = "") -> Any:
    """Ask again and again until the answer is true; fail with the last one."""
    end = time.monotonic() + within
    while not (answer := ask()):
        assert time.monotonic() < end, f"not within {within} s: {what or answer}"
        time.sleep(0.2)
    return answer


def _tried(
    command: Sequence[str | Path], environment: Mapping[str, str], stdin: str | None
) -> Done:
    return process.run(
        command, env=environment, stdin=stdin, accept=range(256), timeout=300, cwd=needs.ROOT
    )


def _impersonating(kubeconfig: Path, folder: Path, user: str) -> Path:
    """A kubeconfig that lets whoever it is of act as somebody else."""
    cluster, owner = _minified(kubeconfig)
    path = folder / f"{user}.kubeconfig"
    return pki.write(
        path, cluster["server"], cluster["certificate-authority-data"], {**owner, "as": user}
    )


def _minified(kubeconfig: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The cluster and the user of a kubeconfig's current context, with all that they name."""
    config = json.loads(
        subprocess.run(
            [
                *(needs.ROOT / ".tools" / "bin" / "kubectl", "config", "view", "--raw"),
                *("--flatten", "--minify", "-o", "json", f"--kubeconfig={kubeconfig}"),
            ],
            capture_output=True,
            check=True,
            env={"PATH": os.environ.get("PATH", "")},
        ).stdout
    )
    return config["clusters"][0]["cluster"], config["users"][0]["user"]

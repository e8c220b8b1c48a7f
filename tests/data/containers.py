"""A rendered pod on this machine: its volumes, its environment, and its containers as processes."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.data import pods, sandbox
from tests.data.pods import Difference
from tests.data.sandbox import Image, Mount

#: As a kubelet asks: nobody checks the certificate.
_UNCHECKED: Final = ssl._create_unverified_context()


@dataclass(kw_only=True)
class Surroundings:
    """What pods of a namespace find there: may be changed while they run."""

    image: Image
    folder: Path
    namespace: str
    config_maps: Mapping[str, Mapping[str, str]]
    secrets: Mapping[str, Mapping[str, str]]
    #: What is other than rendered in their files.
    differences: Sequence[Difference] = ()
    #: A new token of a service account, and the authority of the API server.
    token: Callable[[str], str] = lambda account: ""
    authority: str = ""
    #: Where the API server is: KUBERNETES_SERVICE_HOST and _PORT of each container.
    api: tuple[str, int] = ("", 0)
    #: Addresses by name, as DNS would answer in the namespace.
    names: dict[str, str] = field(default_factory=dict)
    #: Claims that lie elsewhere than in the folder.
    claims: dict[str, Path] = field(default_factory=dict)
    #: The volume that a claim is bound to.
    volume: Callable[[str], str] = lambda claim: claim


class Pod:
    """`spec` is a rendered pod's. Of its containers only those that are named `run`."""

    def __init__(
        self,
        around: Surroundings,
        name: str,
        spec: Mapping[str, Any],
        address: str,
        run: Sequence[str],
    ) -> None:
        self.around, self.name, self.spec, self.address = around, name, spec, address
        #: Set for its containers besides what is rendered.
        self.more: Mapping[str, str] = {}
        self.containers = [one for one in spec["containers"] if one["name"] in run]
        self.folder = around.folder / name
        self.log = around.folder / f"{name}.log"
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        context = spec["securityContext"]
        assert context["runAsNonRoot"] is True
        self.user = (context["runAsUser"], context["runAsGroup"])
        self.group = context["fsGroup"]

    def create(self) -> None:
        """Its volumes, as they are for a new pod. What is claimed stays from one to the next."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        hosts = {"localhost": self.address, self.name: self.address, **self.around.names}
        lines = [f"{address} {name}" for name, address in hosts.items()]
        (self.folder / "hosts").write_text("\n".join(lines) + "\n")
        for volume in self.spec.get("volumes", ()):
            place = self.folder / volume["name"]
            place.mkdir()
            self._fill(volume, place)

    def _fill(self, volume: Mapping[str, Any], place: Path) -> None:
        if "configMap" in volume:
            for name, text in self.around.config_maps[volume["configMap"]["name"]].items():
                (place / name).write_text(pods.adapted(name, text, self.around.differences))
        elif "secret" in volume:
            self._secret(volume["secret"], place)
        elif "emptyDir" in volume:
            self._owned(place, 0o2777)
        elif "persistentVolumeClaim" in volume:
            self._claim(volume["persistentVolumeClaim"]["claimName"], place)
        elif "projected" in volume:
            for source in volume["projected"]["sources"]:
                self._projected(source, place, volume["projected"]["defaultMode"])
        else:
            raise AssertionError(f"no such volume here: {volume}")

    def _secret(self, source: Mapping[str, Any], place: Path) -> None:
        held = self.around.secrets[source["secretName"]]
        keys = [item["key"] for item in source.get("items", ())] or list(held)
        for key in keys:
            (place / key).write_text(held[key])
            self._owned(place / key, source.get("defaultMode", 0o644))

    def _projected(self, source: Mapping[str, Any], place: Path, mode: int) -> None:
        if "serviceAccountToken" in source:
            path = source["serviceAccountToken"]["path"]
            text = self.around.token(self.spec["serviceAccountName"])
        elif "configMap" in source:
            assert source["configMap"]["name"] == "kube-root-ca.crt"
            path, text = source["configMap"]["items"][0]["path"], self.around.authority
        else:
            path, text = source["downwardAPI"]["items"][0]["path"], self.around.namespace
        (place / path).write_text(text)
        self._owned(place / path, mode)

    def _owned(self, path: Path, mode: int) -> None:
        """Root's, and the pod's group may do what the group may, as with fsGroup."""
        shutil.chown(path, 0, self.group)
        path.chmod(mode)

    def _claim(self, name: str, place: Path) -> None:
        """A link to what stays when the pod goes."""
        path = self.around.claims.get(name)
        path = path or self.around.folder / "claims" / self.around.volume(name)
        if not path.exists():
            path.mkdir(parents=True)
        if path.stat().st_gid != self.group:
            self._owned(path, 0o2775)
        place.rmdir()
        place.symlink_to(path)

    def container(self, name: str) -> Mapping[str, Any]:
        every = [*self.spec["containers"], *self.spec.get("initContainers", ())]
        found: Mapping[str, Any] = next(each for each in every if each["name"] == name)
        return found

    def environment(self, one: Mapping[str, Any]) -> dict[str, str]:
        fields = {
            "metadata.name": self.name,
            "metadata.namespace": self.around.namespace,
            "status.podIP": self.address,
        }
        keys: dict[str, str] = {}
        for entry in one.get("env", ()):
            if source := entry.get("valueFrom", {}).get("secretKeyRef"):
                keys[source["key"]] = self.around.secrets[source["name"]][source["key"]]
        env = pods.environment(one, fields=fields, secrets=keys, places={})
        host, port = self.around.api
        api = {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": str(port)}
        return {"PATH": sandbox.PATH, "HOSTNAME": self.name, **api, **env, **self.more}

    def command(self, one: Mapping[str, Any], words: Sequence[str]) -> list[str]:
        context = one["securityContext"]
        assert context["readOnlyRootFilesystem"] and context["capabilities"] == {"drop": ["ALL"]}
        mounts = [Mount(source=self.folder / "hosts", target="/etc/hosts")]
        for mount in one.get("volumeMounts", ()):
            source = (self.folder / mount["name"]).resolve()
            writable = not mount.get("readOnly", False)
            mounts.append(Mount(source=source, target=mount["mountPath"], writable=writable))
        mounts.sort(key=lambda mount: mount.target)
        listed = self.folder / f"mounts-{one['name']}"
        return self.around.image.command(words, mounts, listed, self.user)

    def start(self, name: str) -> None:
        """Start a container's rendered command. What it says is in `log`."""
        one = self.container(name)
        with self.log.open("ab") as output:
            self.running[name] = subprocess.Popen(
                self.command(one, one["command"]),
                env=self.environment(one),
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )

    def call(self, name: str, words: Sequence[str] = (), **options: Any) -> str:
        """The output of a container's command, or of another there, which must succeed."""
        done = self.tried(name, words, **options)
        assert done.returncode == 0, f"{words or name}: {done.stdout}{done.stderr}"
        return done.stdout

    def tried(
        self, name: str, words: Sequence[str] = (), *, stdin: str = "", within: float = 120
    ) -> subprocess.CompletedProcess[str]:
        one = self.container(name)
        return subprocess.run(
            self.command(one, words or one["command"]),
            env=self.environment(one),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=within,
        )

    def prepare(self) -> bool:
        """Run the init containers in their order, up to one that fails."""
        for one in self.spec.get("initContainers", ()):
            done = self.tried(one["name"])
            with self.log.open("a") as log:
                log.write(done.stdout + done.stderr)
            if done.returncode:
                return False
        return True

    def runs(self, name: str) -> bool:
        process = self.running.get(name)
        return process is not None and process.poll() is None

    def processes(self, name: str, title: str) -> list[int]:
        """Those of a container whose title begins so."""
        first = sandbox.first_process(self.running[name])
        space = Path(f"/proc/{first}/ns/pid").readlink()
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (path / "cmdline").read_bytes().replace(b"\0", b" ")
                if words.startswith(title.encode()) and (path / "ns" / "pid").readlink() == space:
                    found.append(int(path.name))
        return found

    def signal(self, name: str, number: signal.Signals) -> None:
        """To the container's first process, by whose end the kernel ends all others there."""
        first = sandbox.first_process(self.running[name])
        if first is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(first, number)

    def kill(self, name: str) -> None:
        """The container dies at once: nothing in it can say a word any more."""
        self.signal(name, signal.SIGKILL)
        self.running.pop(name).wait(30)

    def stop(self) -> None:
        """As Kubernetes ends a pod: SIGTERM to each container, and SIGKILL after its time."""
        for name in self.running:
            self.signal(name, signal.SIGTERM)
        deadline = time.monotonic() + self.spec["terminationGracePeriodSeconds"]
        for name, process in list(self.running.items()):
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                self.signal(name, signal.SIGKILL)
                process.wait(30)
            del self.running[name]

    def end(self) -> None:
        """All of it, whatever happens."""
        for name in list(self.running):
            self.kill(name)

    def port(self, name: str) -> int:
        ports = (p for one in self.spec["containers"] for p in one.get("ports", ()))
        return next(int(port["containerPort"]) for port in ports if port["name"] == name)

    def probe(self, name: str, kind: str) -> bool:
        """A rendered HTTP probe of a container: it passes."""
        wanted = self.container(name)[kind]
        get = wanted["httpGet"]
        try:
            self.get(get["port"], get["path"], within=wanted["timeoutSeconds"])
        except OSError:
            return False
        return True

    def get(self, port: str, path: str, within: float = 5) -> str:
        """An answer of the pod, which must be of success."""
        url = f"https://{self.address}:{self.port(port)}{path}"
        try:
            with urllib.request.urlopen(url, timeout=within, context=_UNCHECKED) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            error.close()
            raise

    def says(self, text: str) -> bool:
        return self.log.exists() and text in self.log.read_text(errors="replace")

"""A platform that was deployed to the test control plane, with its database running for real.

    with Deployed(cluster, namespace, folder, net="127.0.51") as shop:
        shop.run("deploy")

Helm installs the chart; KWOK plays the pods of all other workloads. The database's pods are run by
`Kubelet` with what the API server holds at that moment: ConfigMaps, Secrets, volumes.
"""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests import needs
from tests.cluster.reach import Cluster
from tests.data.api import Api
from tests.data.containers import Pod, Surroundings
from tests.data.forwarder import Forwarder
from tests.data.kubelet import Kubelet
from tests.data.ledger import DIFFERENCES, NAME, TOLD
from tests.data.sandbox import Image
from tests.kinds.data import free_port, until

#: In the spec, so that no scheduler sees the pods.
UNSEEN: Mapping[str, Any] = {"spec": {"template": {"spec": {"schedulerName": "nobody"}}}}
#: The database as a release of its own, that is named `look`.
BESIDE = f"look-{NAME}"
_KUBECTL = needs.ROOT / ".tools" / "bin" / "kubectl"


class Held(Mapping[str, Mapping[str, str]]):
    """ConfigMaps or Secrets of the namespace, as they are when they are asked for."""

    def __init__(self, api: Api, kind: str) -> None:
        self._api, self._kind = api, kind

    def __getitem__(self, name: str) -> Mapping[str, str]:
        data = self._api.ask(f"{self._kind}/{name}").get("data", {})
        if self._kind == "secrets":
            return {key: base64.b64decode(text).decode() for key, text in data.items()}
        return dict(data)

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError("they are asked for by name")

    def __len__(self) -> int:
        raise NotImplementedError("they are asked for by name")


class Deployed:
    """The project lies in `folder`. `names` are what else DNS knows."""

    def __init__(
        self,
        cluster: Cluster,
        namespace: str,
        folder: Path,
        *,
        net: str,
        names: Mapping[str, str],
    ) -> None:
        self.cluster, self.namespace, self.folder, self.net = cluster, namespace, folder, net
        self.api = Api(cluster.kubeconfig, namespace)
        self.around = Surroundings(
            image=Image(folder / "image"),
            folder=folder / "pods",
            namespace=namespace,
            config_maps=Held(self.api, "configmaps"),
            secrets=Held(self.api, "secrets"),
            differences=[one for one in DIFFERENCES if one.file != "pgbouncer.ini"],
            token=self.api.token,
            authority=self.api.authority,
            api=("kubernetes.default.svc", 443),
            names={"kubernetes.default.svc": f"{net}.200", **names},
            volume=self._volume,
        )
        self.around.folder.mkdir()
        self._addresses: dict[str, str] = {}
        for number, each in enumerate((NAME, BESIDE)):
            for member in range(3):
                name, address = f"{each}-{member}", f"{net}.{10 * number + member + 1}"
                self._addresses[name] = address
                self.around.names[f"{name}.{each}-headless.{namespace}.svc"] = address
        self.kubelet = Kubelet(self.api, self._member)
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Deployed:
        with contextlib.ExitStack() as stack:
            way = Forwarder((f"{self.net}.200", 443), lambda: self.api.address)
            stack.callback(way.close)
            stack.enter_context(self.kubelet)
            self.kubectl = stack.enter_context(_with_exec(self.folder, self.kubelet))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def _member(self, found: Mapping[str, Any]) -> Pod | None:
        metadata = found["metadata"]
        if metadata["labels"].get("app.kubernetes.io/component") != "postgres":
            return None
        name = str(metadata["name"])
        pod = Pod(self.around, name, found["spec"], self._addresses[name], (NAME, "agent"))
        # An agent listens at all addresses, which here are those of all pods.
        ports = {"AGENT_PORT": free_port(), "AGENT_METRICS_PORT": free_port()}
        pod.more = {**TOLD, **{key: str(port) for key, port in ports.items()}}
        return pod

    def _volume(self, claim: str) -> str:
        """Of a claim that was made anew, another one."""

        def bound() -> str:
            found = self.api.ask(f"persistentvolumeclaims/{claim}")["spec"]
            return str(found.get("volumeName", ""))

        return str(until(bound, f"a volume for {claim}", 60))

    def lose(self, name: str) -> None:
        """The member dies at once, and comes back with an empty volume."""
        self.kubelet.held.add(name)
        pod = self.kubelet.pod(name)
        volume = (pod.folder / "pgdata").resolve()
        for container in (NAME, "agent"):
            pod.kill(container)
        for path in volume.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.kubelet.held.discard(name)

    def run(self, *words: str, code: int = 0) -> str:
        """What a command of the generator prints when it has ended, with this exit code."""
        command = [sys.executable, "-m", "generator", *words]
        command += ["-f", str(self.folder / "platform.yaml"), "-e", "test"]
        command += [f"--helm={needs.helm(4)}", f"--kubectl={self.kubectl}"]
        command += [f"--kubeconfig={self.cluster.kubeconfig}"]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd=needs.ROOT,
            timeout=480,
            env={**self.cluster.environment, "PYTHONPATH": str(needs.ROOT)},
        )
        assert done.returncode == code, done.stdout + done.stderr + self.logs()
        return done.stdout + done.stderr

    def logs(self) -> str:
        """What the members said last."""
        workers = self.kubelet.workers.items()
        found = [f"--- {name}: {one.trouble!r}" for name, one in workers if one.trouble]
        for path in sorted(self.around.folder.glob("*.log")):
            lines = path.read_text(errors="replace").splitlines()
            said = [line for line in lines if " DEBUG: " not in line]
            found.append("\n".join([f"--- {path.name}", *said[-25:]]))
        return "\n".join(found)

    def report(self, *words: str) -> str:
        """What `restore … --run` says at its end."""
        said = self.run("restore", f"shop/{NAME}", *words, "--run")
        return "\n".join(line for line in said.splitlines() if not line.startswith(" "))

    def wait(self, look: Callable[[], Any], what: str, seconds: float = 180) -> Any:
        try:
            return until(look, what, seconds, 0.3)
        except AssertionError as error:
            error.add_note(self.logs())
            raise

    def sql(self, statement: str, pod: str = f"{NAME}-0") -> str:
        """As the superuser, in the member."""
        words = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--dbname=orders"]
        words += ["--quiet", "--set=ON_ERROR_STOP=1", f"--command={statement}"]
        return self.kubelet.pod(pod).call(NAME, words).strip()

    def leader(self, cluster: str = NAME) -> str:
        """The name of the ready pod that leads."""

        def look() -> str:
            labels = {"cluster-name": cluster, "role": "primary"}
            return next((pod.name for pod in self.kubelet.selected(labels)), "")

        return str(self.wait(look, f"a leader of {cluster}"))


@contextlib.contextmanager
def _with_exec(folder: Path, kubelet: Kubelet) -> Iterator[Path]:
    """A kubectl whose `exec` comes to our kubelet, which no API server can reach."""
    path = str(folder / "exec.sock")

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked = json.loads(self.rfile.readline())
            try:
                done = kubelet.pod(asked["pod"]).tried(NAME, asked["words"])
                answer = [done.returncode, done.stdout, done.stderr]
            except (AssertionError, KeyError, OSError, subprocess.TimeoutExpired) as error:
                answer = [1, "", f"error: {error!r}\n"]
            self.wfile.write(json.dumps(answer).encode())

    program = folder / "kubectl"
    program.write_text(_EXEC.format(python=sys.executable, socket=path, kubectl=_KUBECTL))
    program.chmod(0o755)
    with socketserver.ThreadingUnixStreamServer(path, Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield program
        finally:
            server.shutdown()
            thread.join()
            Path(path).unlink()


_EXEC = """\
#!{python} -IS
import json, os, socket, sys

words = sys.argv[1:]
if words[:1] != ["exec"]:
    os.execv("{kubectl}", ["kubectl", *words])
end = words.index("--")
with socket.socket(socket.AF_UNIX) as one:
    one.connect("{socket}")
    one.sendall(json.dumps({{"pod": words[1], "words": words[end + 1:]}}).encode() + b"\\n")
    code, said, trouble = json.loads(one.makefile().read())
sys.stdout.write(said)
sys.stderr.write(trouble)
sys.exit(code)
"""

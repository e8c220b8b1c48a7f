"""The rendered PostgreSQL cluster on the test control plane: objects there, members here.

    with Members(cluster, built, folder, namespace) as members:
        members.form()

Role, account and StatefulSet are those of the chart, applied to a real API server. Its controllers
make the pods, `Kubelet` runs them. Patroni knows only the token of the chart's account.
"""

from __future__ import annotations

import contextlib
import copy
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg

from tests.cluster.reach import Cluster
from tests.data.api import Api
from tests.data.containers import Pod, Surroundings
from tests.data.forwarder import Address, Forwarder
from tests.data.kubelet import Kubelet
from tests.data.ledger import DIFFERENCES, LONG, NAME, TOLD, VERSION, certificates, secrets
from tests.data.sandbox import Image
from tests.kinds.data import until
from tests.kinds.rendering import Built, Objects


class Members:
    """`net` is the start of the addresses: 127.0.50 has 127.0.50.1 for the first member."""

    def __init__(
        self,
        cluster: Cluster,
        built: Built,
        folder: Path,
        namespace: str,
        values: Mapping[str, Any] | None = None,
        *,
        net: str = "127.0.50",
        containers: tuple[str, ...] = (NAME,),
    ) -> None:
        self.cluster, self.built, self.folder, self.net = cluster, built, folder, net
        self.namespace, self.containers = namespace, containers
        self.api = Api(cluster.kubeconfig, namespace)
        pair = certificates(namespace)
        self.trust = folder / "ca.crt"
        self.trust.write_text(pair["ca.crt"])
        self.around = Surroundings(
            image=Image(folder / "image"),
            folder=folder / "pods",
            namespace=namespace,
            config_maps={},
            secrets={**secrets(), f"{NAME}-tls": pair},
            differences=DIFFERENCES,
            token=self.api.token,
            authority=self.api.authority,
            # A name of its certificate; the way there can be closed.
            api=("kubernetes.default.svc", 443),
        )
        self.around.folder.mkdir()
        self.values: dict[str, Any] = {}
        self.objects = self.render(values or {})
        #: Seconds until the first three were there; the fixture measures it.
        self.took = 0.0
        self.kubelet = Kubelet(self.api, self._member)
        self._stack = contextlib.ExitStack()

    def render(self, values: Mapping[str, Any]) -> Objects:
        """The chart's objects with these values besides those before."""
        self.values = {**self.values, **values}
        own = {"postgresVersion": VERSION, **self.values}
        objects = self.objects = self.built.render({NAME: own}, namespace=self.namespace)
        maps = [each for each in objects.all if each["kind"] == "ConfigMap"]
        self.around.config_maps = {each["metadata"]["name"]: each["data"] for each in maps}
        return objects

    # -- what exists ------------------------------------------------------------------------

    def __enter__(self) -> Members:
        with contextlib.ExitStack() as stack:
            self._names()
            self.way = self._forward(stack, f"{self.net}.200", 443, lambda: self.api.address)
            for number, end in enumerate(("", "-primary", "-replicas")):
                service = self.objects.one("Service", f"{NAME}{end}")
                for port in service["spec"]["ports"]:
                    choose = self._endpoints(service, port["targetPort"])
                    self._forward(stack, f"{self.net}.{101 + number}", port["port"], choose)
            self.install()
            stack.enter_context(self.kubelet)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def _names(self) -> None:
        """What DNS knows: Services, and pods under their headless one."""
        names = self.around.names
        names["kubernetes.default.svc"] = f"{self.net}.200"
        for number, end in enumerate(("", "-primary", "-replicas")):
            names[f"{NAME}{end}"] = f"{self.net}.{101 + number}"
        for number in range(9):
            name = f"{NAME}-{number}.{NAME}-headless"
            names[f"{name}.{self.namespace}.svc"] = self.address(f"{NAME}-{number}")

    def _forward(
        self, stack: contextlib.ExitStack, address: str, port: int, choose: Any
    ) -> Forwarder:
        made = Forwarder((address, port), choose)
        stack.callback(made.close)
        return made

    def _endpoints(self, service: Mapping[str, Any], port: str) -> Any:
        """As kube-proxy: one of the ready pods that the Service selects."""

        def choose() -> Address | None:
            found = self.kubelet.selected(service["spec"]["selector"])
            return (found[0].address, found[0].port(port)) if found else None

        return choose

    def install(self, **values: Any) -> None:
        """Apply what the chart renders: at first, and with other values as an upgrade."""
        objects = self.render(values) if values else self.objects
        account = objects.one("ServiceAccount", NAME)
        rights = [objects.one(kind, NAME) for kind in ("Role", "RoleBinding")]
        stateful = copy.deepcopy(objects.one("StatefulSet", NAME))
        # Whom no scheduler sees is left to us.
        stateful["spec"]["template"]["spec"]["schedulerName"] = "nobody"
        for each in (account, *rights, stateful):
            each["metadata"]["namespace"] = self.namespace
        self.cluster.apply([account, *rights, stateful])

    def scale(self, replicas: int) -> None:
        words = ("scale", f"statefulset/{NAME}", f"--replicas={replicas}", "-n", self.namespace)
        self.cluster.kubectl(*words)

    def _member(self, found: Mapping[str, Any]) -> Pod | None:
        name = str(found["metadata"]["name"])
        if not name.startswith(f"{NAME}-"):
            return None
        pod = Pod(self.around, name, found["spec"], self.address(name), self.containers)
        pod.more = TOLD
        return pod

    def address(self, name: str) -> str:
        return f"{self.net}.{int(name.rpartition('-')[2]) + 1}"

    # -- what it is like ----------------------------------------------------------------------

    def form(self, count: int = 3) -> None:
        """Wait until that many members are there, all ready, and one of them leads."""
        self.wait(lambda: self.settled(count), f"{count} members")

    def keep_logs(self, place: Path) -> None:
        for path in self.around.folder.glob("*.log"):
            shutil.copy(path, place)

    def wait(self, look: Callable[[], Any], what: str, seconds: float = LONG) -> Any:
        """The first answer that counts as true; else it is told what everybody said last."""
        try:
            return until(look, what, seconds, 0.3)
        except AssertionError as error:
            for name, worker in sorted(self.kubelet.workers.items()):
                error.add_note(f"--- {name}: ready {worker.ready}, {worker.trouble!r}")
                if worker.pod is not None and worker.pod.log.exists():
                    lines = worker.pod.log.read_text(errors="replace").splitlines()
                    said = [line for line in lines if " DEBUG: " not in line]
                    error.add_note("\n".join(said[-15:]))
            error.add_note(str(self.table()))
            raise

    def settled(self, count: int) -> bool:
        table = self.table()
        states = sorted((row["role"], row["state"]) for row in table)
        leading = ("leader", "running")
        following = [("quorum_standby", "streaming")] * (count - 1)
        timelines = {row.get("timeline") for row in table}
        ready = [name for name in self.kubelet.objects if self.kubelet.ready(name)]
        names = {row["name"] for row in table}
        return (
            states == sorted([leading, *following])
            and len(timelines) == 1
            and set(ready) == names
            and self.voters == {row["name"] for row in table if row["role"] != "leader"}
        )

    @property
    def voters(self) -> set[str]:
        """Those that count for the quorum: who left counts until the leader has taken note."""
        try:
            found = self.api.ask(f"configmaps/{NAME}-sync")["metadata"]["annotations"]
        except OSError:
            return set()
        return set(found.get("sync_standby", "").split(","))

    def table(self) -> list[dict[str, Any]]:
        """What Patroni says of its members; nothing while none answers."""
        for worker in list(self.kubelet.workers.values()):
            if worker.pod is not None:
                with contextlib.suppress(OSError):
                    return list(json.loads(worker.pod.get("patroni", "/cluster"))["members"])
        return []

    @property
    def leader(self) -> str:
        """The name of the one that leads now."""

        def look() -> str:
            return next((row["name"] for row in self.table() if row["role"] == "leader"), "")

        return str(until(look, "a leader", LONG))

    def pod(self, name: str) -> Pod:
        return self.kubelet.pod(name)

    def options(self, host: str = "", user: str = "app", **more: Any) -> dict[str, Any]:
        """How somebody connects: to a Service or a member, by its name and with its certificate."""
        host = host or f"{NAME}-primary"
        key = {"app": "database", "postgres": "superuser"}.get(user, user)
        names = self.around.names
        full = f"{host}.{NAME}-headless.{self.namespace}.svc"
        return {
            "host": host if host in names else full,
            "hostaddr": names[host if host in names else full],
            "user": user,
            "password": self.around.secrets[f"{NAME}-credentials"][f"{key}-password"],
            "dbname": "orders",
            "sslmode": "verify-full",
            "sslrootcert": str(self.trust),
            "connect_timeout": 5,
            # PgBouncer 1.18 can't keep prepared statements yet.
            "prepare_threshold": None,
            **more,
        }

    # -- what is done to it ---------------------------------------------------------------------

    @contextlib.contextmanager
    def pooler(self) -> Iterator[Pod]:
        """The rendered PgBouncer, as one pod that the applications know by its Service's name."""
        deployment = self.objects.one("Deployment", f"{NAME}-pgbouncer")
        name = deployment["metadata"]["name"]
        address = self.around.names[name] = f"{self.net}.150"
        spec = deployment["spec"]["template"]["spec"]
        pod = Pod(self.around, name, spec, address, ("pgbouncer",))
        try:
            self.restart(pod)
            yield pod
        finally:
            pod.end()

    def restart(self, pod: Pod) -> None:
        """A pod that no kubelet runs, anew."""
        pod.stop()
        pod.create()
        assert pod.prepare(), pod.log.read_text()
        pod.start("pgbouncer")

    def job(self, name: str, container: str) -> str:
        """Run a rendered Job's pod to its end; what it says."""
        template = self.objects.one("Job", name)["spec"]["template"]["spec"]
        pod = Pod(self.around, name.strip("-"), template, f"{self.net}.160", ())
        pod.create()
        done = pod.tried(container, within=LONG)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def sql(self, statement: str, host: str = "", user: str = "postgres") -> list[tuple[Any, ...]]:
        """What it answers, by the leader's Service unless told otherwise.

        A Service hangs up while it has no ready pod, as for a moment on a busy machine: then the
        question is asked anew, as every application does. What PostgreSQL itself refuses is not.
        """

        def ask() -> list[list[tuple[Any, ...]]]:
            try:
                with psycopg.connect(**self.options(host, user), autocommit=True) as connection:
                    cursor = connection.execute(statement.encode())
                    return [cursor.fetchall() if cursor.description else []]
            except psycopg.OperationalError as error:
                if "connection failed" in str(error) and "closed the connection" in str(error):
                    return []
                raise

        answers: list[list[tuple[Any, ...]]] = until(ask, f"an answer to {statement}", LONG)
        return answers[0]

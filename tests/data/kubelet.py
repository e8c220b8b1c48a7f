"""Runs the pods that the API server holds: what kubelets do, as far as these tests need it.

It starts a pod's containers when the pod appears, tells the API server of its address and whether
it is ready, starts again what ended, and ends it all when the pod is gone.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.data.api import Api
from tests.data.containers import Pod

_PAUSE = 0.3
#: What keeps a deleted pod in the API server until its containers have ended, as a kubelet does.
_HELD = "tests.example/containers"


class Kubelet:
    """`make` says which pod on this machine stands for one of the API; None: none does."""

    def __init__(self, api: Api, make: Callable[[Mapping[str, Any]], Pod | None]) -> None:
        self.api, self._make = api, make
        self.objects: dict[str, dict[str, Any]] = {}
        self.workers: dict[str, Worker] = {}
        #: Names of pods that are not started (again), as if their machine were gone.
        self.held: set[str] = set()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Kubelet:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._end.set()
        self._thread.join()
        for worker in self.workers.values():
            worker.leave()
        for worker in self.workers.values():
            worker.end()

    def pod(self, name: str) -> Pod:
        pod = self.workers[name].pod
        assert pod is not None, f"{name} does not run"
        return pod

    def ready(self, name: str) -> bool:
        """Not of a pod that was deleted, even while its containers still end."""
        worker = self.workers.get(name)
        return worker is not None and worker.ready and worker.uid == self.uid(name)

    def uid(self, name: str) -> str | None:
        """Of a pod that shall run: None for one that was deleted."""
        metadata = self.objects.get(name, {}).get("metadata", {})
        return None if metadata.get("deletionTimestamp") else metadata.get("uid")

    def selected(self, labels: Mapping[str, str]) -> list[Pod]:
        """Ready pods that have these labels: the endpoints of a Service."""
        found = []
        for name, held in list(self.objects.items()):
            pod = self.workers[name].pod if name in self.workers else None
            fits = labels.items() <= held["metadata"]["labels"].items()
            if fits and pod is not None and self.ready(name):
                found.append(pod)
        return found

    def _watch(self) -> None:
        while not self._end.wait(_PAUSE):
            with contextlib.suppress(OSError):
                self.objects = {pod["metadata"]["name"]: pod for pod in self.api.pods()}
                for name in self.objects.keys() - self.workers.keys():
                    self.workers[name] = Worker(self, name)

    def make(self, name: str) -> Pod | None:
        return self._make(self.objects[name])


class Worker:
    """One pod's, by name: it ends the old one before it starts the new one."""

    def __init__(self, kubelet: Kubelet, name: str) -> None:
        self.kubelet, self.name = kubelet, name
        self.pod: Pod | None = None
        self.uid: str | None = None
        self.ready = False
        self.trouble: BaseException | None = None
        self._missed, self._asked, self._prepared = 0, 0.0, False
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def leave(self) -> None:
        """No next step. `end` waits for the one that is taken."""
        self._end.set()

    def end(self) -> None:
        self._thread.join()
        if self.pod is not None:
            self.pod.end()
            with contextlib.suppress(OSError):
                self._hold(False)

    def _run(self) -> None:
        while not self._end.wait(_PAUSE):
            try:
                self._step()
            except OSError:
                pass  # the API server is away, or the pod was deleted meanwhile
            except BaseException as error:
                self.trouble = error
                raise

    def _step(self) -> None:
        wanted = self.kubelet.uid(self.name)
        if self.pod is not None and self.uid != wanted:
            self.ready = False
            self.pod.stop()
            self.pod = None
            self._hold(False)
        elif self.pod is None:
            if wanted is not None and self.name not in self.kubelet.held:
                self._create(wanted)
        elif not all(self.pod.runs(one["name"]) for one in self.pod.containers):
            self._tell(ready=False)
            if self.name not in self.kubelet.held:
                self._start()
        else:
            self._probe()

    def _create(self, uid: str) -> None:
        pod = self.kubelet.make(self.name)
        if pod is None:
            return
        self._hold(True)
        pod.create()
        self.pod, self.uid, self._prepared = pod, uid, False
        status = {"phase": "Pending", "podIP": pod.address, "podIPs": [{"ip": pod.address}]}
        self.kubelet.api.patch_status(self.name, status)
        self._start()

    def _hold(self, held: bool) -> None:
        body = {"metadata": {"finalizers": [_HELD] if held else None}}
        self.kubelet.api.ask(f"pods/{self.name}", body, method="PATCH")

    def _start(self) -> None:
        """The containers that don't run, once all init containers have succeeded."""
        assert self.pod is not None
        self._prepared = self._prepared or self.pod.prepare()
        if not self._prepared:
            self._end.wait(2)
            return
        for one in self.pod.containers:
            if not self.pod.runs(one["name"]):
                self.pod.start(one["name"])

    def _probe(self) -> None:
        assert self.pod is not None
        for one in self.pod.containers:
            probe = one.get("readinessProbe")
            if probe is None or "httpGet" not in probe:
                continue
            now = time.monotonic()
            if now - self._asked < probe["periodSeconds"]:
                return
            self._asked = now
            passes = self.pod.probe(one["name"], "readinessProbe")
            self._missed = 0 if passes else self._missed + 1
            if passes or self._missed >= probe["failureThreshold"]:
                self._tell(ready=passes)

    def _tell(self, *, ready: bool) -> None:
        if ready != self.ready:
            self.ready = ready
            condition = {"type": "Ready", "status": str(ready)}
            status = {"phase": "Running", "conditions": [condition]}
            self.kubelet.api.patch_status(self.name, status)

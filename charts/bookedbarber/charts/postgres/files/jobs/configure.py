"""Job: bring the dynamic configuration of patroni.yml to a cluster that exists already.

Patroni reads `bootstrap.dcs` once, when the cluster is made. This patches what differs, then
restarts the members that need it, one after the other, the leader last. PyYAML is there
because Patroni needs it too.
"""

from __future__ import annotations

import logging
import os
import ssl
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import patroni_api as patroni
import yaml

log = logging.getLogger("configure")

CONFIG = "/etc/patroni/patroni.yml"


class NotConfiguredError(Exception):
    """The cluster does not have the configuration, and why."""


def difference(wanted: Mapping[str, Any], have: Mapping[str, Any]) -> dict[str, Any]:
    """What must be set for `have` to hold everything of `wanted`. The rest is left alone."""
    patch: dict[str, Any] = {}
    for key, value in wanted.items():
        if isinstance(value, Mapping):
            inner = difference(value, have.get(key) or {})
            if inner:
                patch[key] = inner
        elif str(have.get(key)) != str(value):
            patch[key] = value
    return patch


class Cluster:
    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        context: ssl.SSLContext | None = None,
        patience: float = 600,
        pause: float = 5,
        settle: float = 25,
    ) -> None:
        self._url, self._headers, self._context = url, headers, context
        self._patience, self._pause, self._settle = patience, pause, settle

    def configure(self, wanted: Mapping[str, Any]) -> bool:
        """True when something had to be changed."""
        have = self._wait("the leader", lambda: self._ask(f"{self._url}/config"))
        patch = difference(wanted, have)
        if patch:
            log.info("setting %s", patch)
            self._ask(f"{self._url}/config", method="PATCH", body=patch)
            self._await_news()
        self._restart_pending()
        return bool(patch)

    def _await_news(self) -> None:
        """Members read it in one round (loop_wait), and tell in the next if they must restart."""
        deadline = time.monotonic() + self._settle
        while time.monotonic() < deadline:
            if all(member.get("pending_restart") for member in self._members()):
                return
            time.sleep(self._pause)

    def _restart_pending(self) -> None:
        """Replicas first: while one restarts, the others serve and the leader leads."""
        for leading in (False, True):
            for member in self._members():
                if (member["role"] == "leader") == leading and member.get("pending_restart"):
                    self._restart(member)

    def _restart(self, member: Mapping[str, Any]) -> None:
        name = member["name"]
        parts = urlsplit(member["api_url"])
        log.info("restarting %s", name)
        self._ask(
            f"{parts.scheme}://{parts.netloc}/restart",
            method="POST",
            body={"restart_pending": True},
            timeout=120,
        )

        def settled() -> bool | None:
            now = next((m for m in self._members() if m["name"] == name), None)
            running = now is not None and now["state"] in ("running", "streaming")
            return True if running and now and not now.get("pending_restart") else None

        self._wait(name, settled)

    def _members(self) -> list[dict[str, Any]]:
        return list(self._ask(f"{self._url}/cluster")["members"])

    def _ask(self, url: str, **options: Any) -> Any:
        return patroni.ask(url, context=self._context, headers=self._headers, **options)

    def _wait(self, what: str, look: Any) -> Any:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                found = look()
                problem = "not ready"
            except (OSError, patroni.RefusedError) as error:
                if isinstance(error, patroni.RefusedError) and error.status in (401, 403):
                    raise
                found, problem = None, str(error)
            if found is not None:
                return found
            if time.monotonic() >= deadline:
                raise NotConfiguredError(f"{what}: {problem}")
            time.sleep(self._pause)


def main() -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    text = Path(os.environ.get("PATRONI_CONFIG", CONFIG)).read_text(encoding="utf-8")
    wanted = yaml.safe_load(text)["bootstrap"]["dcs"]
    headers = patroni.basic(os.environ["PATRONI_USERNAME"], os.environ["PATRONI_PASSWORD"])
    cluster = Cluster(
        os.environ["PATRONI_URL"], headers, patroni.trust(os.environ.get("TLS_DIR", ""))
    )
    try:
        changed = cluster.configure(wanted)
    except (NotConfiguredError, patroni.RefusedError, OSError) as error:
        log.error("not configured: %s", error)
        return 1
    log.info("configured" if changed else "nothing to change")
    return 0


if __name__ == "__main__":
    sys.exit(main())

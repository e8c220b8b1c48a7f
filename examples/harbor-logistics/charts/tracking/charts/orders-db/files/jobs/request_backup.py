"""Job: have the member that leads take a base backup, and wait for the outcome."""

from __future__ import annotations

import logging
import os
import ssl
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import patroni_api as patroni

log = logging.getLogger("backup")

AGENT_PORT = 8009


class NoBackupError(Exception):
    """There is none, and why."""


def leader(members: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The member that leads: nothing happens unless there is exactly one."""
    found = [m for m in members if m["role"] == "leader" and m["state"] == "running"]
    if len(found) != 1:
        raise NoBackupError(f"expected one leader, found {len(found)}")
    return found[0]


def agent_url(member: Mapping[str, Any], port: int) -> str:
    """The agent answers on the host of the member's Patroni."""
    parts = urlsplit(member["api_url"])
    return f"{parts.scheme}://{parts.hostname}:{port}"


def wait_for(
    url: str,
    headers: Mapping[str, str],
    context: ssl.SSLContext | None,
    pause: float,
    attempts: int = 6,
) -> Mapping[str, Any]:
    """The status once the backup has ended. A silent agent is asked a few times more."""
    silent = 0
    while True:
        try:
            status: Mapping[str, Any] = patroni.ask(
                f"{url}/status", context=context, headers=headers
            )
        except (OSError, patroni.RefusedError) as error:
            silent += 1
            if silent >= attempts:
                raise NoBackupError(f"the agent no longer answers: {error}") from error
        else:
            silent = 0
            if status["state"] == "idle":
                raise NoBackupError("the agent was started anew in the middle of it")
            if status["state"] != "running":
                return status
        time.sleep(pause)


def request(
    patroni_url: str,
    token: str,
    context: ssl.SSLContext | None = None,
    port: int = AGENT_PORT,
    pause: float = 10,
) -> str:
    """Name of the new backup."""
    cluster = patroni.ask(f"{patroni_url}/cluster", context=context)
    member = leader(cluster["members"])
    headers = patroni.bearer(token)
    log.info("%s leads and takes the backup", member["name"])
    url = agent_url(member, port)
    try:
        patroni.ask(f"{url}/backup", context=context, method="POST", headers=headers)
    except patroni.RefusedError as error:
        if error.status != 409:
            raise
        log.info("%s takes one already: waiting for that", member["name"])
    status = wait_for(url, headers, context, pause)
    if status["state"] != "succeeded":
        raise NoBackupError(str(status.get("message", status)))
    return str(status["name"])


def main() -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    context = patroni.trust(os.environ.get("TLS_DIR", ""))
    try:
        name = request(os.environ["PATRONI_URL"], os.environ["AGENT_TOKEN"], context)
    except (NoBackupError, patroni.RefusedError, OSError) as error:
        log.error("no backup: %s", error)
        return 1
    log.info("backup %s is complete", name)
    return 0


if __name__ == "__main__":
    sys.exit(main())

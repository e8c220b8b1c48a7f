"""Where alerts arrive: a server that speaks as PagerDuty, Slack and a webhook do, and counts."""

from __future__ import annotations

import contextlib
import http.server
import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message that was delivered: by which way, and of which alerts."""

    at: float
    way: str
    key: str
    firing: tuple[str, ...]
    resolved: tuple[str, ...]


@dataclass(kw_only=True)
class Receiver:
    """What was delivered to an address so far."""

    address: str
    messages: list[Message] = field(default_factory=list)

    def by(self, way: str) -> list[Message]:
        return [message for message in list(self.messages) if message.way == way]

    def fired(self, way: str) -> list[str]:
        """Every alert that was told of as firing, as often as it was."""
        return [name for message in self.by(way) for name in message.firing]

    def resolved(self, way: str) -> list[str]:
        return [name for message in self.by(way) for name in message.resolved]


def _read(way: str, body: dict[str, Any]) -> Message:
    """A message in the format of its way."""
    firing: tuple[str, ...] = ()
    resolved: tuple[str, ...] = ()
    if way == "pagerduty":
        details = body["payload"]["custom_details"]
        firing, resolved = _named(details["firing"]), _named(details["resolved"])
        assert body["event_action"] == ("trigger" if firing else "resolve"), body
    elif way.startswith("slack"):
        (attachment,) = body["attachments"]
        title = re.match(r"\[(FIRING:\d+|RESOLVED)\] (\w+)", attachment["title"])
        assert title, attachment
        firing, resolved = ((), (title[2],)) if title[1] == "RESOLVED" else ((title[2],), ())
    else:
        alerts = [(alert["status"], alert["labels"]["alertname"]) for alert in body["alerts"]]
        firing = tuple(name for status, name in alerts if status == "firing")
        resolved = tuple(name for status, name in alerts if status == "resolved")
    return Message(
        at=time.monotonic(),
        way=way,
        key=str(body.get("routing_key", "")),
        firing=firing,
        resolved=resolved,
    )


def _named(text: str) -> tuple[str, ...]:
    """The alerts in PagerDuty's list of labels."""
    return tuple(re.findall(r"^ - alertname = (\w+)$", text, re.MULTILINE))


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver(address="")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            receiver.messages.append(_read(self.path.strip("/"), body))
            self.send_response(202 if self.path == "/pagerduty" else 200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 its name there
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()

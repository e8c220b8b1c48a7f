"""A small application that counts its requests as the metric contract says, and the load on it."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import threading
import time
from collections import Counter
from collections.abc import Iterator

#: Bounds of the histogram's buckets in seconds, among them the promised half a second.
BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5)

#: Requests a second, and for how many seconds at most: a test that hangs must not load for ever.
RATE, LONGEST = 20, 120


class Application:
    """Serves `/book` and `/metrics`. `failing` makes every booking fail."""

    def __init__(self) -> None:
        self.failing = False
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str]] = Counter()
        self._buckets: Counter[tuple[str, float]] = Counter()
        self._seconds: dict[str, float] = {}
        self._server: http.server.ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self.port = 0

    def start(self) -> None:
        """Answer, again on the same port after a `stop`."""
        self._server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", self.port), _handler_of(self), bind_and_activate=True
        )
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def stop(self) -> None:
        """Be away, as a process that died is."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
        self._server = self._thread = None

    def count(self, handler: str, status: int, seconds: float) -> None:
        with self._lock:
            self._requests[handler, f"{status // 100}xx"] += 1
            self._seconds[handler] = self._seconds.get(handler, 0.0) + seconds
            for bound in (*BOUNDS, float("inf")):
                self._buckets[handler, bound] += seconds <= bound

    def metrics(self) -> str:
        with self._lock:
            lines = ["# TYPE http_requests_total counter"]
            for (handler, status), number in self._requests.items():
                which = f'handler="{handler}",method="GET",status="{status}"'
                lines.append(f"http_requests_total{{{which}}} {number}")
            name = "http_request_duration_seconds"
            lines.append(f"# TYPE {name} histogram")
            for (handler, bound), number in self._buckets.items():
                edge = "+Inf" if bound == float("inf") else bound
                which = f'handler="{handler}",method="GET",le="{edge}"'
                lines.append(f"{name}_bucket{{{which}}} {number}")
            for handler, seconds in self._seconds.items():
                which = f'handler="{handler}",method="GET"'
                lines.append(f"{name}_sum{{{which}}} {seconds}")
                every = self._buckets[handler, float("inf")]
                lines.append(f"{name}_count{{{which}}} {every}")
        return "\n".join([*lines, ""])


def _handler_of(application: Application) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            start = time.monotonic()
            if self.path == "/metrics":
                status, body = 200, application.metrics()
            else:
                status, body = (500, "no") if application.failing else (200, "yes")
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(body.encode())
            application.count(self.path, status, time.monotonic() - start)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 its name there
            pass

    return Handler


@contextlib.contextmanager
def busy() -> Iterator[Application]:
    """An application that is asked for bookings at a steady rate."""
    application, done = Application(), threading.Event()
    application.start()

    def load() -> None:
        end = time.monotonic() + LONGEST
        while not done.wait(1 / RATE) and time.monotonic() < end:
            connection = http.client.HTTPConnection("127.0.0.1", application.port, timeout=2)
            with contextlib.closing(connection), contextlib.suppress(OSError):
                connection.request("GET", "/book")
                connection.getresponse().read()

    thread = threading.Thread(target=load)
    thread.start()
    try:
        yield application
    finally:
        done.set()
        thread.join()
        application.stop()

"""Applications that write to a Redis cluster without a pause, and remember what was confirmed."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from tests.data.nodes import Nodes
from tests.data.resp import Connection, ReplyError


class Writer(threading.Thread):
    """Writes numbered keys of one hash tag, so of one shard, and follows it wherever it goes."""

    def __init__(self, nodes: Nodes, tag: str) -> None:
        super().__init__(daemon=True)
        self.nodes, self.tag = nodes, tag
        #: Numbers of keys that a replica confirmed (WAIT 1), and that only the master did.
        self.replicated: list[int] = []
        self.answered: list[int] = []
        self.outage = 0.0
        self.count = 0
        self.at, self._last = 0, time.monotonic()
        self._connection: Connection | None = None
        self._end = threading.Event()

    def key(self, number: int) -> str:
        return f"{{{self.tag}}}:{number}"

    def run(self) -> None:
        while not self._end.is_set():
            try:
                self._write()
            except ReplyError as error:
                self._moved(str(error))
            except OSError:
                self._try_another()
        self._try_another()

    def _write(self) -> None:
        if self._connection is None:
            self._connection = self.nodes.connect(self.at)
        number, self.count = self.count, self.count + 1
        # A pair: nothing may come between the write and the question who else has it.
        _, replicas = self._connection.commands(
            [("SET", self.key(number), f"value {number}"), ("WAIT", 1, 100)]
        )
        (self.replicated if replicas else self.answered).append(number)
        now = time.monotonic()
        self.outage, self._last = max(self.outage, now - self._last), now
        time.sleep(0.002)

    def _moved(self, error: str) -> None:
        if error.startswith("MOVED"):
            self._close()
            name = error.split()[2].rpartition(":")[0]
            assert name.endswith(".svc"), f"sent on to an address: {error}"
            self.at = int(name.partition(".")[0].rpartition("-")[2])
        else:
            self._try_another()

    def _try_another(self) -> None:
        self._close()
        self.at = (self.at + 1) % len(self.nodes.address_of)
        time.sleep(0.02)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def end(self) -> None:
        self._end.set()
        self.join(20)
        assert not self.is_alive()


@contextlib.contextmanager
def writing(nodes: Nodes, tags: dict[str, int]) -> Iterator[dict[str, Writer]]:
    """A writer for each tag, which is known to belong to that node, while the block lasts."""
    writers = {tag: Writer(nodes, tag) for tag in tags}
    for tag, writer in writers.items():
        writer.at = tags[tag]
        writer.start()
    try:
        yield writers
    finally:
        for writer in writers.values():
            writer.end()


def lost(nodes: Nodes, writer: Writer, numbers: list[int]) -> list[int]:
    """Those of the keys that are gone, asked at whoever has the shard now."""
    reader = Writer(nodes, writer.tag)
    for _ in range(50):
        try:
            connection = nodes.connect(reader.at)
            with contextlib.closing(connection):
                found = connection.commands([("GET", writer.key(n)) for n in numbers])
        except ReplyError as error:
            reader._moved(str(error))
        except OSError:
            reader._try_another()
        else:
            return [n for n, value in zip(numbers, found, strict=True) if value != f"value {n}"]
    raise AssertionError(f"nobody has the shard of {writer.tag}")

"""Shows all metrics to Prometheus, on a port of its own: requests from files, figures from the rooms.

A process that ended leaves files behind. They are added to one, so that no count ever goes down and
the folder does not grow with each restart.
"""

import fcntl
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from django.db import connections
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from vaxreg.database import patience
from vaxreg.middleware.counted import alive_file
from watching import figures

log = logging.getLogger(__name__)

# Seconds for which figures are kept: two Prometheis do not ask twice.
KEPT = 5.0
# Seconds to wait for PostgreSQL.
PATIENCE = 4.0
ARCHIVE = "archive"
NODES = figures.measure("workers", "Celery workers that answered a ping", "node")
SCRAPE = figures.measure("figures_seconds", "How long it took to read the figures")


class Figures(Collector):
    """The figures of all rooms, with what was last heard of the workers."""

    def __init__(self) -> None:
        self.nodes: dict[str, int] = {}
        self._lock = threading.Lock()
        self._kept: list[figures.Figure] = []
        self._until = 0.0

    def collect(self) -> Iterable[Metric]:
        found = [*self._figures(), *(NODES.of(n, name) for name, n in self.nodes.items())]
        families: dict[str, GaugeMetricFamily] = {}
        for one in found:
            known = one.measure
            family = families.setdefault(
                known.name, GaugeMetricFamily(known.name, known.words, labels=known.labels)
            )
            family.add_metric(one.labels, one.value)
        return families.values()

    def _figures(self) -> list[figures.Figure]:
        with self._lock:
            if time.monotonic() >= self._until:
                began = time.perf_counter()
                with patience.limited(PATIENCE):
                    self._kept = figures.gather()
                self._kept.append(SCRAPE.of(time.perf_counter() - began))
                self._until = time.monotonic() + KEPT
                connections.close_all()
            return self._kept


class Requests(Collector):
    """What the web processes counted into this folder, those that have ended included."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = threading.Lock()

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            fold(self._folder)
            # Made anew: it lists the files when it is asked.
            yield from MultiProcessCollector(None, str(self._folder)).collect()


def fold(folder: Path) -> None:
    """Add the files of processes that have ended to the archive, and delete them."""
    dead: dict[str, bool] = {}
    for path in sorted(folder.glob("*_*.db")):
        kind, _, name = path.stem.partition("_")
        if name == ARCHIVE:
            continue
        if name not in dead:
            dead[name] = _has_ended(alive_file(folder, name))
        if dead[name]:
            _add(path, folder / f"{kind}_{ARCHIVE}.db")
            path.unlink()
    for name, is_dead in dead.items():
        if is_dead:
            alive_file(folder, name).unlink(missing_ok=True)


def _add(path: Path, archive: Path) -> None:
    into = MmapedDict(str(archive))
    try:
        for key, value, _timestamp, _position in MmapedDict.read_all_values_from_file(str(path)):
            before, _ = into.read_value(key)
            into.write_value(key, before + value, 0.0)
    finally:
        into.close()


def _has_ended(lock: Path) -> bool:
    try:
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True


class Handler(BaseHTTPRequestHandler):
    """Answers /metrics, and /healthz for whoever watches the watcher."""

    def __init__(self, registry: CollectorRegistry, *args: object) -> None:
        self._registry = registry
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        if self.path == "/healthz":
            return self._answer(200, "text/plain", b"ok\n")
        if self.path.partition("?")[0] != "/metrics":
            return self._answer(404, "text/plain", b"there is /metrics\n")
        encode, content_type = choose_encoder(self.headers.get("Accept", ""))
        return self._answer(200, content_type, encode(self._registry))

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: Prometheus comes every few seconds."""


def server(
    address: str, port: int, shown: Figures | None, folder: Path | None
) -> ThreadingHTTPServer:
    """Return a server of these metrics, not yet serving. folder: where web processes count."""
    registry = CollectorRegistry()
    if shown is not None:
        registry.register(shown)
    if folder is not None:
        registry.register(Requests(folder))
    return ThreadingHTTPServer((address, port), partial(Handler, registry))

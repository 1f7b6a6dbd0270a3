"""Counts requests by route and status and how long they took: for `/status/` and for Prometheus.

Prometheus gets them where PROMETHEUS_MULTIPROC_DIR names a folder: each process writes files there,
and `manage.py watch` adds them up (watching/exporter.py). By the pattern of the address alone: never
with what stands in it.
"""

import fcntl
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import IO

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram, values

# Seconds: the borders of the histogram, and from when on somebody calls a page slow.
BUCKETS = (0.05, 0.2, 0.5, 1.0, 2.5, 5.0)
SLOW = 2.0
# Minutes that `/status/` looks back on.
MINUTES = 5
_HOST = socket.gethostname()


def identity() -> str:
    """Return a name of this process that no other has, in other containers neither."""
    return f"{_HOST}-{os.getpid()}"


def alive_file(folder: Path, name: str) -> Path:
    """Return the file that a process of this name keeps locked while it lives."""
    return folder / f"alive_{name}.lock"


class Counters:
    """The counters of this process, in files of the folder that Prometheus' library reads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pid = 0
        self._held: IO[str] | None = None
        self._hold()
        values.ValueClass = values.MultiProcessValue(identity)
        self._requests = Counter(
            "vaxreg_requests", "Answers, by route and status", ["route", "status"], registry=None
        )
        self._seconds = Counter(
            "vaxreg_request_seconds", "Time spent on them, by route", ["route"], registry=None
        )
        self._duration = Histogram(
            "vaxreg_request_duration_seconds",
            "How long an answer took, for pages and for programs",
            ["kind"],
            buckets=BUCKETS,
            registry=None,
        )

    def add(self, route: str, status: int, kind: str, seconds: float) -> None:
        if os.getpid() != self._pid:
            self._hold()
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).inc(seconds)
        self._duration.labels(kind).observe(seconds)

    def _hold(self) -> None:
        """Lock the file that says this process lives; the system lets go when it ends."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._held = alive_file(self._folder, identity()).open("w")
        fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._pid = os.getpid()


@cache
def counters() -> Counters | None:
    """Return the counters of this process, or None where nobody asked for them."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    return Counters(Path(folder)) if folder else None


class Recent:
    """How many answers this process gave in each of the last minutes, and how many were slow."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minutes: deque[list[int]] = deque(maxlen=MINUTES)

    def add(self, seconds: float) -> None:
        minute = int(time.monotonic() // 60)
        with self._lock:
            if not self._minutes or self._minutes[-1][0] != minute:
                self._minutes.append([minute, 0, 0])
            self._minutes[-1][1] += 1
            self._minutes[-1][2] += seconds >= SLOW

    def total(self) -> tuple[int, int]:
        """Return the answers of the last minutes, and the slow ones among them."""
        since = time.monotonic() // 60 - MINUTES
        with self._lock:
            kept = [one for one in self._minutes if one[0] > since]
        return sum(one[1] for one in kept), sum(one[2] for one in kept)


recent = Recent()


def count(route: str, status: int, path: str, seconds: float) -> None:
    """Count one answer."""
    recent.add(seconds)
    if found := counters():
        found.add(route, status, _kind(path), seconds)


class CountedMiddleware:
    """Counts each answer, whoever gave it: a view, another middleware or an error page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        if request.resolver_match is not None:
            route = "/" + request.resolver_match.route
        else:
            # Static files, addresses that do not exist, redirects to https.
            route = "(file)" if request.path.startswith(settings.STATIC_URL) else "(none)"
        count(route, response.status_code, request.path, time.perf_counter() - began)
        return response


def _kind(path: str) -> str:
    for kind in ("api", "fhir", "static"):
        if path.startswith(f"/{kind}/"):
            return kind
    return "page"

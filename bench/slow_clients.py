"""Ordinary visits while slow and silent clients hold their connections: how long do they wait?

Half of the slow clients send a byte a second of a long form, half send nothing more after its
beginning; none is signed in. The target is a ratio within one run: with them to without them.
"""

import http.client
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from bench import webtier
from bench.results import BenchResult

VISITORS = 4
PAGES = ("/", "/sign-in/", "/statistics/")
WORST = 2.0
# Seconds until the slow clients have taken their places.
SETTLE = 2.0
# Seconds without an answer that count as one.
PATIENCE = 10
HEAD = (
    "POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: csrf={token}\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2000000\r\n\r\n"
).format(token="a" * 32)


def compared(numbers: list[int], seconds: float) -> list[BenchResult]:
    """Visit pages for so many seconds beside each number of slow clients; the first is the base."""
    found: list[BenchResult] = []
    base = 0.0
    with webtier.server() as port:
        _visits(port, seconds)
        for number in numbers:
            with _slow(port, number):
                waits = _visits(port, seconds)
                health = _wait(port, "/healthz")
            p95 = statistics.quantiles(waits, n=20)[18]
            base = base or p95
            name = f"{number} slow clients"
            found += [
                BenchResult(f"{name}: visits", len(waits) / seconds, "/s"),
                BenchResult(f"{name}: p50", statistics.median(waits) * 1000, "ms"),
                BenchResult(f"{name}: p95", p95 * 1000, "ms"),
                BenchResult(f"{name}: p95 / p95 with {numbers[0]}", p95 / base, "", at_most=WORST),
                BenchResult(f"{name}: health", health * 1000, "ms"),
            ]
    return found


def _visits(port: int, seconds: float) -> list[float]:
    """Let the visitors go round the pages; return the seconds of every visit."""
    until = time.monotonic() + seconds

    def visitor(first: int) -> list[float]:
        waits: list[float] = []
        while time.monotonic() < until:
            waits.append(_wait(port, PAGES[(first + len(waits)) % len(PAGES)]))
        return waits

    with ThreadPoolExecutor(VISITORS) as crowd:
        return [wait for waits in crowd.map(visitor, range(VISITORS)) for wait in waits]


def _wait(port: int, path: str) -> float:
    """Return the seconds until the whole answer is there; PATIENCE when it does not come."""
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    begun = time.perf_counter()
    try:
        caller.request("GET", path)
        answer = caller.getresponse()
        answer.read()
    except OSError:
        return float(PATIENCE)
    finally:
        caller.close()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    return time.perf_counter() - begun


@contextmanager
def _slow(port: int, number: int) -> Iterator[None]:
    """Hold so many unfinished requests; one that the server ends is begun anew."""
    over = threading.Event()

    def hold(silent: bool) -> None:
        while not over.is_set():
            try:
                with socket.create_connection(("127.0.0.1", port), PATIENCE) as one:
                    one.sendall(HEAD.encode())
                    while not over.wait(1):
                        if not silent:
                            one.sendall(b"a")
            except OSError:
                over.wait(0.5)

    threads = [threading.Thread(target=hold, args=(i % 2 == 0,)) for i in range(number)]
    for thread in threads:
        thread.start()
    over.wait(SETTLE)
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()

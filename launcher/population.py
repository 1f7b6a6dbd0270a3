"""A stand-in for the National Population Database, as a process: the four-field check over HTTP.

    POPULATION_TOKEN=… python -m launcher.population --port 8026

POST /check {id_number, full_name, date_of_birth, sex}: {"found": true, "match": {field: true or
false}}, or {"found": false}; 400 {"error": "bad_format", "fields": […]}; 429 with Retry-After above
--per-second calls. POST /mood: how it behaves from now on (see Mood). POST /people {people: […]}:
whom it knows besides. GET /calls: how many checks were asked, and how many were refused by the
limit. Every call needs `Authorization: Bearer <token>`. It uses the standard library only.
"""

import argparse
import hmac
import json
import logging
import os
import re
import signal
import sys
import threading
import time
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

log = logging.getLogger("population")

FIELDS = ("id_number", "full_name", "date_of_birth", "sex")
# How each field is written. Some people know the month or the year of their birth alone.
FORMS = {
    "id_number": r"\d{12}|\d{9}",
    "full_name": r"\S.{0,119}",
    "date_of_birth": r"\d{4}(-\d{2}(-\d{2})?)?",
    "sex": "male|female",
}
LONGEST_BODY = 262_144
# Seconds for which a caller is kept waiting at most when the mood is to give no answer.
SILENCE = 120

# People of the demo (demo/seed.py, demo/people.py), as the state knows them. The last two differ
# from their records, by the day of birth and by the name; whoever does not stand here is not found.
PEOPLE = (
    ("001188012345", "Nguyễn Thị Lan", "1988-03-27", "female"),
    ("001075067890", "Trần Văn Bình", "1975-01-02", "male"),
    ("001190055667", "Lê Thị Hạnh", "1990-06-15", "female"),
    ("001068104729", "Đặng Quốc Đạt", "1968-03-25", "male"),
    ("001178128486", "Đỗ Phương Thảo", "1978-03-11", "female"),
    ("001155112648", "Trần Thu Hằng", "1955-07-13", "female"),
    ("001052120567", "Nguyễn Đức Huỳnh", "1952-08-13", "male"),
)


@dataclass(frozen=True)
class Mood:
    """How the database behaves; set by POST /mood with these names."""

    # Seconds before every answer.
    delay: float = 0.0
    # The HTTP status of every answer, if not 200: 503, 401, 429 …
    status: int = 0
    # The header Retry-After of such an answer.
    retry_after: str = ""
    # "silent": never answers; "drops": closes the connection; "nonsense": 200 with words that are no
    # JSON; "half": an answer without one of the fields; "elsewhere": a redirect; "huge": 4 MB.
    lie: str = ""
    # For how many checks the mood lasts; 0: until the next POST /mood.
    times: int = 0


@dataclass
class Bucket:
    """Lets `per_second` calls through in a second, evenly or at once."""

    per_second: float
    clock: Callable[[], float] = time.monotonic
    left: float = field(init=False)
    seen: float = field(init=False)

    def __post_init__(self) -> None:
        self.left, self.seen = self.per_second, self.clock()

    def take(self) -> bool:
        """Whether one more call is within the limit."""
        now = self.clock()
        self.left = min(self.per_second, self.left + (now - self.seen) * self.per_second)
        self.seen = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


@dataclass
class Registry:
    """What the database knows, and how it behaves."""

    token: str
    bucket: Bucket
    mood: Mood = field(default_factory=Mood)
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: int = 0
    refused: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.add(dict(zip(FIELDS, one, strict=True)) for one in PEOPLE)

    def add(self, people: Any) -> None:
        """Know these people too, each with the four fields."""
        for one in people:
            self.people[one["id_number"]] = {name: str(one[name]) for name in FIELDS}

    def current_mood(self) -> Mood:
        """Return the mood for one check, and reset it after its last one."""
        with self.lock:
            mood = self.mood
            if mood.times == 1:
                self.mood = Mood()
            elif mood.times:
                self.mood = replace(mood, times=mood.times - 1)
        return mood

    def is_too_many(self) -> bool:
        """Count a check; whether it is above the limit."""
        with self.lock:
            self.asked += 1
            too_many = not self.bucket.take()
            self.refused += too_many
        return too_many

    def check(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return the status and the answer about four facts."""
        wrong = [one for one in FIELDS if not re.fullmatch(FORMS[one], str(asked.get(one, "")))]
        if wrong:
            return 400, {"error": "bad_format", "fields": wrong}
        known = self.people.get(asked["id_number"])
        if known is None:
            return 200, {"found": False}
        return 200, {"found": True, "match": {one: _same(asked[one], known[one]) for one in FIELDS}}


def _same(asked: str, known: str) -> bool:
    """Compare two values; case does not count, and marks of the language do."""

    def normal(text: str) -> str:
        return " ".join(unicodedata.normalize("NFC", text).casefold().split())

    return normal(asked) == normal(known)


class Handler(BaseHTTPRequestHandler):
    """Handles one HTTP request."""

    registry: Registry
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """Answer how many checks were asked."""
        if not self._may_come_in():
            return
        if self.path == "/calls":
            self._answer(200, {"asked": self.registry.asked, "refused": self.registry.refused})
        else:
            self._answer(404, {"error": "unknown"})

    def do_POST(self) -> None:
        """Answer a check, or take a new mood or more people."""
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(min(length, LONGEST_BODY))
        if not self._may_come_in():
            return
        try:
            body = json.loads(content)
            if self.path == "/check":
                self._check(body)
            elif self.path == "/mood":
                self.registry.mood = Mood(**body)
                self._answer(200, asdict(self.registry.mood))
            elif self.path == "/people":
                self.registry.add(body["people"])
                self._answer(200, {"known": len(self.registry.people)})
            else:
                self._answer(404, {"error": "unknown"})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self._answer(400, {"error": type(error).__name__})

    def _check(self, body: dict[str, Any]) -> None:
        registry = self.registry
        too_many = registry.is_too_many()
        mood = registry.current_mood()
        registry.closing.wait(mood.delay)
        if mood.lie == "silent":
            registry.closing.wait(SILENCE)
        if mood.lie in ("silent", "drops"):
            self.close_connection = True
        elif too_many:
            self._answer(429, {"error": "too_many"}, {"Retry-After": "1"})
        elif mood.status:
            more = {"Retry-After": mood.retry_after} if mood.retry_after else {}
            self._answer(mood.status, {"error": "not now"}, more)
        else:
            self._lie_or_answer(mood.lie, *registry.check(body))

    def _lie_or_answer(self, lie: str, status: int, body: dict[str, Any]) -> None:
        if lie == "elsewhere":
            self._answer(302, {}, {"Location": "http://127.0.0.1:9/check"})
        elif lie == "nonsense":
            self._send(200, "<html>Hệ thống đang bảo trì</html>".encode(), {})
        elif lie == "huge":
            self._send(200, b'{"found": false, "x": "' + b"x" * 4_194_304 + b'"}', {})
        elif lie == "half" and "match" in body:
            self._answer(status, {"found": True, "match": {"full_name": True}})
        else:
            self._answer(status, body)

    def _may_come_in(self) -> bool:
        given = self.headers.get("Authorization", "")
        if hmac.compare_digest(given.encode(), f"Bearer {self.registry.token}".encode()):
            return True
        self._answer(401, {"error": "token"})
        return False

    def _answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(body).encode(), headers or {})

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            log.info("the caller has left")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log method, path and status, which say nothing about a person."""
        log.info(format, *args)


def serve(registry: Registry, host: str, port: int) -> ThreadingHTTPServer:
    """Return a server that listens already; call `serve_forever` to answer."""
    handler = type("OwnHandler", (Handler,), {"registry": registry})
    server = ThreadingHTTPServer((host, port), handler)
    server.daemon_threads = True
    return server


def main(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m launcher.population")
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=8026)
    options.add_argument("--per-second", type=float, default=50)
    given = options.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    registry = Registry(os.environ["POPULATION_TOKEN"], Bucket(given.per_second))
    server = serve(registry, given.host, given.port)
    log.info("Population database (stand-in) at http://%s:%s/check", *server.server_address[:2])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    finally:
        registry.closing.set()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

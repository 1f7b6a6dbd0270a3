"""A stand-in for an SMS gateway, as a process: HTTP, a token, receipts, and simulated faults.

    SMS_GATEWAY_TOKEN=… SMS_RECEIPT_SECRET=… python -m launcher.sms_gateway --port 8025

POST /messages {id, to, text}: 202; the same id again gets the same answer and sends nothing. With
"kind": "call" (and "language") it calls the number and reads the text out instead of an SMS.
GET /messages/<id>: the state of a message. GET /sent: all messages sent. POST /mood: how it
behaves from now on (see Mood). Every call needs `Authorization: Bearer <token>`. It uses the
standard library only.
"""

import argparse
import hmac
import json
import logging
import os
import signal
import sys
import threading
import time
import urllib.request
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

log = logging.getLogger("sms gateway")

# Seconds between attempts to deliver a receipt.
RECEIPT_BACK_OFF = (0.0, 1.0, 5.0, 20.0)
# Seconds for which a caller is kept waiting at most when the mood is to give no answer.
SILENCE = 120
LONGEST_BODY = 65_536
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Mood:
    """How the gateway behaves; set by POST /mood with these names."""

    # Seconds before every answer.
    delay: float = 0.0
    # The HTTP status of its answer to every message, if not 202: 503, 429 …
    status: int = 0
    # Phone numbers to which it answers 422.
    refused: tuple[str, ...] = ()
    # "swallows": answers 202, never sends. "forgets": the same, and GET does not find the message.
    # "silent": sends, never answers. "drops": sends, closes the connection without an answer.
    lie: str = ""
    # The receipt that follows: delivered, failed, undeliverable, or "" for none.
    receipt: str = "delivered"
    # For how many messages the mood lasts; 0: until the next POST /mood.
    times: int = 0


@dataclass
class Sms:
    """One message that was accepted."""

    id: str
    to: str
    text: str
    state: str = "accepted"
    # "sms" or "call".
    kind: str = "sms"


@dataclass
class Gateway:
    """The state of the gateway. With one lock, the same id sent twice at once is sent once."""

    token: str
    secret: str
    callback: str = ""
    journal: Path | None = None
    receipt_after: float = 0.5
    mood: Mood = field(default_factory=Mood)
    known: dict[str, Sms] = field(default_factory=dict)
    sent: list[Sms] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)

    def recall(self) -> None:
        """Read the messages sent before a restart, so that their ids stay known."""
        if self.journal is not None and self.journal.exists():
            for line in self.journal.read_text(encoding="utf-8").splitlines():
                sms = Sms(**json.loads(line))
                self.known[sms.id] = sms
                self.sent.append(sms)

    def current_mood(self) -> Mood:
        """Return the mood for one message, and reset it after its last one."""
        with self.lock:
            mood = self.mood
            if mood.times == 1:
                self.mood = Mood()
            elif mood.times:
                self.mood = replace(mood, times=mood.times - 1)
        return mood

    def take(self, sms: Sms, mood: Mood) -> Sms:
        """Accept and send a message, unless its id is known or the mood is not to send."""
        with self.lock:
            if sms.id in self.known:
                return self.known[sms.id]
            if mood.lie == "forgets":
                return sms
            self.known[sms.id] = sms
            if mood.lie == "swallows":
                return sms
            self.sent.append(sms)
            if self.journal is not None:
                with open(self.journal, "a", encoding="utf-8", opener=_private) as journal:
                    journal.write(json.dumps(asdict(sms), ensure_ascii=False) + "\n")
        if mood.receipt:
            threading.Thread(target=self._bring_receipt, args=(sms, mood), daemon=True).start()
        return sms

    def _bring_receipt(self, sms: Sms, mood: Mood) -> None:
        """Set the state of the message and post a signed receipt to the callback."""
        if self.closing.wait(self.receipt_after):
            return
        sms.state = mood.receipt
        for wait in RECEIPT_BACK_OFF if self.callback else ():
            if self.closing.wait(wait):
                return
            body = json.dumps({"id": sms.id, "state": sms.state}).encode()
            moment = str(int(time.time()))
            signed = hmac.new(self.secret.encode(), moment.encode() + b"." + body, sha256)
            headers = {"X-Timestamp": moment, "X-Signature": signed.hexdigest()}
            headers["Content-Type"] = "application/json"
            request = urllib.request.Request(self.callback, data=body, headers=headers)  # noqa: S310
            try:
                with NO_PROXY.open(request, timeout=10):
                    return
            except OSError as error:
                log.warning("receipt of %s not taken: %s", sms.id, error)


def _private(path: str, flags: int) -> int:
    """Open a file that only our user can read: it has phone numbers and codes."""
    return os.open(path, flags, 0o600)


class Handler(BaseHTTPRequestHandler):
    """Handles one HTTP request."""

    gateway: Gateway
    timeout = 30

    def do_GET(self) -> None:
        """Answer the state of a message, all messages sent, or the mood."""
        if not self._may_come_in():
            return
        gateway = self.gateway
        _, _, key = self.path.partition("/messages/")
        if self.path == "/sent":
            with gateway.lock:
                self._answer(200, [asdict(sms) for sms in gateway.sent])
        elif self.path == "/mood":
            self._answer(200, asdict(gateway.mood))
        elif sms := gateway.known.get(key):
            self.gateway.closing.wait(gateway.mood.delay)
            self._answer(200, {"id": sms.id, "state": sms.state})
        else:
            self._answer(404, {"error": "unknown"})

    def do_POST(self) -> None:
        """Accept a message or a new mood."""
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(min(length, LONGEST_BODY))
        if not self._may_come_in():
            return
        try:
            body = json.loads(content)
            if self.path == "/mood":
                body["refused"] = tuple(body.get("refused", ()))
                self.gateway.mood = Mood(**body)
                self._answer(200, asdict(self.gateway.mood))
            elif self.path == "/messages":
                kind = str(body.get("kind", "sms"))
                self._take(Sms(str(body["id"]), str(body["to"]), str(body["text"]), kind=kind))
            else:
                self._answer(404, {"error": "unknown"})
        except (ValueError, KeyError, TypeError) as error:
            self._answer(400, {"error": type(error).__name__})

    def _take(self, sms: Sms) -> None:
        gateway = self.gateway
        mood = gateway.current_mood()
        gateway.closing.wait(mood.delay)
        if mood.status:
            self._answer(mood.status, {"error": "not now"})
            return
        if sms.to in mood.refused:
            self._answer(422, {"error": "number refused"})
            return
        taken = gateway.take(sms, mood)
        if mood.lie == "silent":
            gateway.closing.wait(SILENCE)
        if mood.lie in ("silent", "drops"):
            self.close_connection = True
            return
        self._answer(202, {"id": taken.id, "state": "accepted"})

    def _may_come_in(self) -> bool:
        given = self.headers.get("Authorization", "")
        if hmac.compare_digest(given.encode(), f"Bearer {self.gateway.token}".encode()):
            return True
        self._answer(401, {"error": "token"})
        return False

    def _answer(self, status: int, body: Any) -> None:
        content = json.dumps(body, ensure_ascii=False).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            log.info("the caller has left")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log method, path and status; the path has ids, no phone numbers."""
        log.info(format, *args)


def serve(gateway: Gateway, host: str, port: int) -> ThreadingHTTPServer:
    """Return a server that listens already; call `serve_forever` to answer."""
    handler = type("OwnHandler", (Handler,), {"gateway": gateway})
    server = ThreadingHTTPServer((host, port), handler)
    server.daemon_threads = True
    return server


def main(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m launcher.sms_gateway")
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=8025)
    options.add_argument("--callback", default="", help="where receipts go: https://…/hooks/sms/")
    options.add_argument("--journal", type=Path, help="a file that remembers what was sent")
    options.add_argument("--receipt-after", type=float, default=0.5, help="seconds")
    given = options.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    gateway = Gateway(
        token=os.environ["SMS_GATEWAY_TOKEN"],
        secret=os.environ.get("SMS_RECEIPT_SECRET", ""),
        callback=given.callback,
        journal=given.journal,
        receipt_after=given.receipt_after,
    )
    gateway.recall()
    server = serve(gateway, given.host, given.port)
    log.info("SMS gateway (stand-in) at http://%s:%s/messages", *server.server_address[:2])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    finally:
        gateway.closing.set()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Starts the stand-in for VNeID: its addresses over HTTP.

    VNEID_CLIENT_ID=… VNEID_CLIENT_SECRET=… python -m launcher.vneid --port 8101 --callback …

GET / sets what goes wrong for everybody (see Fault); the page of a sign-in sets it for one.
"""

import argparse
import json
import logging
import os
import signal
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from authlib.oauth2.rfc6749.errors import OAuth2Error

from launcher.vneid import pages
from launcher.vneid.faults import Fault, named
from launcher.vneid.provider import Client, Provider, Request

log = logging.getLogger("vneid")

# Seconds that a slow answer takes; longer than anybody waits.
SLOW = 60.0
# Seconds between the bytes of an answer that trickles.
TRICKLE = 0.05
LONGEST_BODY = 65_536
HUGE = 4 * 1024 * 1024


class Handler(BaseHTTPRequestHandler):
    """Handles one HTTP request."""

    provider: Provider
    closing: threading.Event
    timeout = 30

    def do_GET(self) -> None:
        """Answer the pages, the description, the keys, and the facts about a person."""
        path, given = self._path_and_query()
        match path:
            case "/":
                self._page(200, pages.choose_fault(self.provider.fault))
            case "/favicon.ico":
                self._send(204, b"", {})
            case "/authorize":
                self._ask_who(given)
            case "/.well-known/openid-configuration":
                self._answer_program(self.provider.fault, self.provider.description())
            case "/keys":
                self._answer_program(self.provider.fault, self.provider.keys())
            case "/userinfo":
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                facts = self.provider.userinfo(token)
                self._json(200 if facts else 401, facts or {"error": "invalid_token"})
            case _:
                self._json(404, {"error": "unknown"})

    def do_POST(self) -> None:
        """Take the choice of a person, the exchange of a code, or a new fault."""
        length = min(int(self.headers.get("Content-Length") or 0), LONGEST_BODY)
        given = dict(urllib.parse.parse_qsl(self.rfile.read(length).decode(errors="replace")))
        path, _ = self._path_and_query()
        match path:
            case "/authorize":
                self._send_back(given)
            case "/token":
                self._exchange(given)
            case "/faults":
                self.provider.fault = named(given.get("fault", "")) or Fault.NONE
                self._send(303, b"", {"Location": "/"})
            case _:
                self._json(404, {"error": "unknown"})

    def _ask_who(self, given: dict[str, str]) -> None:
        try:
            self.provider.get_consent_grant(self._request("GET", given))
        except OAuth2Error as error:
            self._page(400, pages.words(f"{error.error}: {error.description or ''}"))
            return
        self._page(200, pages.choose_person(given, self.provider.fault))

    def _send_back(self, given: dict[str, str]) -> None:
        person, fault = given.pop("person", ""), given.pop("fault", "")
        request = self._request("GET", given)
        try:
            grant = self.provider.get_consent_grant(request)
        except OAuth2Error as error:
            self._page(400, pages.words(f"{error.error}: {error.description or ''}"))
            return
        choice = self.provider.choice(person, fault)
        answer = self.provider.create_authorization_response(request, choice, grant)
        self._give(*answer)

    def _exchange(self, given: dict[str, str]) -> None:
        fault = self.provider.fault_of_code(given.get("code", ""))
        if fault is Fault.NONE:
            fault = self.provider.fault
        status, body, headers = self.provider.create_token_response(self._request("POST", given))
        if status == 200:
            self._answer_program(fault, body)
        else:
            self._give(status, body, headers)

    def _request(self, method: str, given: dict[str, str]) -> Request:
        return Request(method, f"{self.provider.issuer}{self.path}", given, dict(self.headers))

    def _path_and_query(self) -> tuple[str, dict[str, str]]:
        split = urllib.parse.urlsplit(self.path)
        return split.path, dict(urllib.parse.parse_qsl(split.query))

    def _answer_program(self, fault: Fault, body: dict[str, Any]) -> None:
        """Answer the product with JSON, or in the way that this fault wants."""
        match fault:
            case Fault.SLOW:
                self.closing.wait(SLOW)
                self.close_connection = True
            case Fault.TRICKLE:
                self._trickle(json.dumps(body).encode())
            case Fault.TRICKLING_HEADERS:
                self._write_slowly(b"HTTP/1.0 200 OK\r\nX-Wait: " + b"x" * 60_000)
                self.close_connection = True
            case Fault.DOWN:
                self.close_connection = True
            case Fault.ERROR:
                self._json(503, {"error": "temporarily_unavailable"})
            case Fault.UNREADABLE:
                self._page(200, pages.words("Bảo trì"))
            case Fault.HUGE:
                self._json(200, {**body, "padding": "x" * HUGE})
            case Fault.ELSEWHERE:
                self._send(307, b"", {"Location": f"{self.provider.issuer}/keys"})
            case _:
                self._json(200, body)

    def _trickle(self, content: bytes) -> None:
        """Send one byte now and then: no part is late, and the whole never comes."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self._write_slowly(content)

    def _write_slowly(self, content: bytes) -> None:
        for byte in content:
            if self.closing.wait(TRICKLE):
                return
            try:
                self.wfile.write(bytes([byte]))
            except OSError:
                return

    def _give(self, status: int, body: Any, headers: list[tuple[str, str]]) -> None:
        if isinstance(body, dict):
            self._send(status, json.dumps(body).encode(), dict(headers))
        else:
            self._send(status, str(body).encode(), dict(headers))

    def _json(self, status: int, body: Any) -> None:
        self._send(status, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def _page(self, status: int, text: str) -> None:
        self._send(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        try:
            self.send_response(status)
            for name, value in {"Cache-Control": "no-store", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            log.info("the caller has left")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log method and path; codes in queries are left out."""
        log.info("%s %s", self.command, self.path.partition("?")[0])


def main(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m launcher.vneid")
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, required=True)
    options.add_argument(
        "--issuer", default="", help="its address as the product and browsers see it"
    )
    options.add_argument("--callback", action="append", required=True, help="where codes may go")
    given = options.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    # It serves the demo on one's own machine, without https.
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    client = Client(
        os.environ["VNEID_CLIENT_ID"], os.environ["VNEID_CLIENT_SECRET"], tuple(given.callback)
    )
    provider = Provider(given.issuer or f"http://{given.host}:{given.port}", client)
    closing = threading.Event()
    handler = type("OwnHandler", (Handler,), {"provider": provider, "closing": closing})
    server = ThreadingHTTPServer((given.host, given.port), handler)
    server.daemon_threads = True
    log.info("VNeID (stand-in) at %s", provider.issuer)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    finally:
        closing.set()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

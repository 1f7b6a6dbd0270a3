"""A partner app of somebody else's, as a process: how to use OAuth, the API, FHIR and webhooks.

    PARTNER_CLIENT_ID=… PARTNER_CLIENT_SECRET=… python -m launcher.partner_app \\
        --port 8200 --registry http://localhost:8000/

It signs a citizen in by Sổ Tiêm, shows doses, proposals and certificates, files a proposal, and
lists what the webhooks told it. It uses the standard library only and keeps everything in memory:
an example to read and to try against, not an app to run.
"""

import argparse
import base64
import hashlib
import hmac
import json
import logging
import os
import secrets
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from html import escape
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

log = logging.getLogger("partner app")

SCOPES = "read file patient/Immunization.rs"
EVENTS = ("correction.changed", "dose.changed", "certificate.ended")
LONGEST_BODY = 65_536
# No icon of its own: else each browser would ask for one.
HEAD = (
    '<!doctype html><html lang="en"><title>Sức khỏe của tôi</title><link rel="icon" href="data:,">'
)
# Seconds: a message that is older may be a replay of somebody else's.
TOLERANCE = 300
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Refused(Exception):
    """The registry answered with an error: its status and text."""


@dataclass
class Visitor:
    """One browser. verifier and state: of a sign-in that has begun (RFC 7636)."""

    state: str = ""
    verifier: str = ""
    access_token: str = ""
    refresh_token: str = ""


@dataclass
class PartnerApp:
    """The app's own state. heard: messages of the webhooks by id, so that doubles are dropped."""

    registry: str
    own: str
    client_id: str
    client_secret: str
    webhook_secret: str = ""
    visitors: dict[str, Visitor] = field(default_factory=dict)
    heard: dict[str, dict[str, Any]] = field(default_factory=dict)

    def where_to_sign_in(self, visitor: Visitor) -> str:
        """Return the address to which the browser is sent: the citizen agrees there."""
        visitor.state, visitor.verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        digest = hashlib.sha256(visitor.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": f"{self.own}back",
            "scope": SCOPES,
            "state": visitor.state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        return f"{self.registry}oauth/authorize/?{urlencode(query)}"

    def change_code(self, visitor: Visitor, code: str) -> None:
        """Change the code that the browser brought back for tokens."""
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{self.own}back",
            "code_verifier": visitor.verifier,
        }
        self._keep(visitor, sent)

    def read(self, visitor: Visitor, path: str, body: Any = None, **headers: str) -> Any:
        """Return JSON of the registry for this visitor; renews a token that has run out, once."""
        try:
            return self.call(path, body, Authorization=f"Bearer {visitor.access_token}", **headers)
        except Refused as refused:
            if refused.args[0] != 401 or not visitor.refresh_token:
                raise
        self._keep(visitor, {"grant_type": "refresh_token", "refresh_token": visitor.refresh_token})
        return self.call(path, body, Authorization=f"Bearer {visitor.access_token}", **headers)

    def call(self, path: str, body: Any = None, method: str = "", **headers: str) -> Any:
        """Return the JSON that the registry answers. Raises Refused."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 — the address was given at the start
            f"{self.registry}{path}", data=data, method=method or ("POST" if data else "GET")
        )
        for name, value in {"Content-Type": "application/json", **headers}.items():
            request.add_header(name.replace("_", "-"), value)
        return self._answer(request)

    def listen(self) -> None:
        """Tell the registry where to send messages, and keep the secret that signs them.

        Asked again until the registry is up; a new address gets a new secret.
        """
        key = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        basic = {"Authorization": f"Basic {key}"}
        while not self.webhook_secret:
            try:
                self.call(
                    "api/v1/webhook/",
                    {"url": f"{self.own}hook", "events": EVENTS},
                    method="PUT",
                    **basic,
                )
                answer = self.call("api/v1/webhook/rotate-secret/", {}, **basic)
                self.webhook_secret = answer["secret"]
            except (Refused, OSError) as trouble:
                log.info("webhook not set yet: %s", trouble)
                time.sleep(5)

    def hears(self, headers: Any, body: bytes) -> bool:
        """Keep a message if its signature is right (Standard Webhooks); whether it was."""
        name, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not self.webhook_secret or not at.isdecimal() or abs(time.time() - int(at)) > TOLERANCE:
            return False
        key = base64.b64decode(self.webhook_secret.removeprefix("whsec_"))
        signed = hmac.new(key, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
        expected = f"v1,{base64.b64encode(signed).decode()}"
        given = headers.get("webhook-signature", "").split()
        if not any(hmac.compare_digest(one, expected) for one in given):
            return False
        self.heard.setdefault(name, json.loads(body))
        return True

    def _keep(self, visitor: Visitor, sent: dict[str, str]) -> None:
        own = {"client_id": self.client_id, "client_secret": self.client_secret}
        data = urlencode({**sent, **own}).encode()
        request = urllib.request.Request(f"{self.registry}oauth/token/", data=data)  # noqa: S310
        answer = self._answer(request)
        visitor.access_token = answer["access_token"]
        visitor.refresh_token = answer["refresh_token"]

    def _answer(self, request: urllib.request.Request) -> Any:
        request.add_header("Accept", "application/json")
        try:
            with NO_PROXY.open(request, timeout=10) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise Refused(error.code, error.read(2000).decode(errors="replace")) from None


class Handler(BaseHTTPRequestHandler):
    """The pages: / (record), /start (sign in), /back (from consent), /file (POST), /hook (POST)."""

    app: PartnerApp

    def do_GET(self) -> None:
        visitor, asked = self._visitor(), parse_qs(urlsplit(self.path).query)
        match urlsplit(self.path).path:
            case "/start":
                self._go(self.app.where_to_sign_in(visitor))
            case "/back":
                self._come_back(visitor, {name: values[0] for name, values in asked.items()})
            case "/heard":
                self._send(200, json.dumps(list(self.app.heard.values())), "application/json")
            case "/":
                self._send(200, self._page(visitor))
            case _:
                self._send(404, "Not here")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= LONGEST_BODY:
            self._send(413, "Too long")
            return
        body = self.rfile.read(length)
        if self.path == "/hook":
            self._send(204 if self.app.hears(self.headers, body) else 401, "")
        elif self.path == "/file":
            sent = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            self._file(self._visitor(), sent)
        else:
            self._send(404, "Not here")

    def _come_back(self, visitor: Visitor, asked: dict[str, str]) -> None:
        # Only the browser that began may end it: the state is its own.
        if not visitor.state or not hmac.compare_digest(asked.get("state", ""), visitor.state):
            self._send(400, "This sign-in was not begun here.")
            return
        if "code" in asked:
            self.app.change_code(visitor, asked["code"])
        visitor.state = ""
        self._go("/")

    def _file(self, visitor: Visitor, sent: dict[str, str]) -> None:
        claim = {"dose": sent["dose"], "proposed": {"vaccine": sent["vaccine"]}}
        body = {
            "record": sent["record"],
            "claims": [claim],
            "words": sent.get("words", ""),
            "has_no_paper": True,
        }
        try:
            self.app.read(visitor, "api/v1/corrections/", body, Idempotency_Key=str(uuid.uuid4()))
        except Refused as refused:
            self._send(422, f"<h1>Not filed</h1><pre>{escape(str(refused.args[1]))}</pre>")
            return
        self._go("/")

    def _page(self, visitor: Visitor) -> str:
        if not visitor.access_token:
            return '<h1>Sức khỏe của tôi</h1><p><a href="/start">Sign in with Sổ Tiêm</a></p>'
        try:
            records = self.app.read(visitor, "api/v1/records/")
            vaccines = self.app.read(visitor, "api/v1/vaccines/")
            cases = self.app.read(visitor, "api/v1/corrections/")["results"]
            parts = [self._record(visitor, one, vaccines) for one in records]
        except Refused as refused:
            # 401: the citizen has ended it. The app says so, and asks for nothing more.
            visitor.access_token = visitor.refresh_token = ""
            why = escape(f"{refused.args[0]}")
            return f'<h1>Nothing to show</h1><p>{why}</p><p><a href="/start">Sign in again</a></p>'
        rows = "".join(
            f"<li>{escape(one['reference'])}: {escape(one['status'])}</li>" for one in cases
        )
        heard = "".join(f"<li>{escape(json.dumps(one))}</li>" for one in self.app.heard.values())
        return (
            f"<h1>Sức khỏe của tôi</h1>{''.join(parts)}<h2>Proposals</h2><ul>{rows}</ul>"
            f"<h2>Told by webhooks</h2><ol>{heard}</ol>"
        )

    def _record(self, visitor: Visitor, record: dict[str, Any], vaccines: Any) -> str:
        own = f"api/v1/records/{record['id']}"
        doses = self.app.read(visitor, f"{own}/doses/")
        certificates = self.app.read(visitor, f"{own}/certificates/")
        bundle = self.app.read(visitor, f"fhir/Immunization?patient={record['id']}")
        options = "".join(
            f'<option value="{escape(one["code"])}">{escape(one["name"])}</option>'
            for one in vaccines
        )
        lines = "".join(
            f"<li>{escape(one['given_on'])} {escape(one['vaccine'])} {escape(one['lot'])}"
            f'<form method="post" action="/file"><input type="hidden" name="record"'
            f' value="{escape(record["id"])}"><input type="hidden" name="dose"'
            f' value="{escape(one["id"])}"><label>It was <select name="vaccine">{options}</select>'
            f'</label> <label>Words <input name="words"></label> <button>Propose</button></form></li>'
            for one in doses
        )
        held = "".join(
            f"<li>{escape(one['number'])} {escape(one['vaccine'])}: {escape(one['status'])}</li>"
            for one in certificates
        )
        return (
            f"<h2>{escape(record['full_name'])}</h2><ul>{lines}</ul>"
            f"<p>As FHIR: {len(bundle.get('entry', []))} immunizations</p>"
            f"<h3>Certificates</h3><ul>{held}</ul>"
        )

    def _visitor(self) -> Visitor:
        found = SimpleCookie(self.headers.get("Cookie", "")).get("app_session")
        self.session = found.value if found and found.value in self.app.visitors else ""
        if not self.session:
            self.session = secrets.token_urlsafe(24)
            self.app.visitors[self.session] = Visitor()
        return self.app.visitors[self.session]

    def _go(self, where: str) -> None:
        self._send(303, "", Location=where)

    def _send(
        self, status: int, text: str, kind: str = "text/html; charset=utf-8", **headers: str
    ) -> None:
        body = (HEAD + text if kind.startswith("text/html") else text).encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        if getattr(self, "session", ""):
            cookie = f"app_session={self.session}; HttpOnly; SameSite=Lax; Path=/"
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, pattern: str, *values: Any) -> None:
        """Nothing: addresses hold codes."""


def main(arguments: list[str]) -> None:
    """Serve until SIGTERM."""
    options = argparse.ArgumentParser(prog="python -m launcher.partner_app")
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--registry", required=True, help="address of Sổ Tiêm, with a last slash")
    given = options.parse_args(arguments)
    logging.basicConfig(level=logging.INFO)
    app = PartnerApp(
        registry=given.registry,
        own=f"http://{given.host}:{given.port}/",
        client_id=os.environ["PARTNER_CLIENT_ID"],
        client_secret=os.environ["PARTNER_CLIENT_SECRET"],
    )
    handler = type("OwnHandler", (Handler,), {"app": app})
    server = ThreadingHTTPServer((given.host, given.port), handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    threading.Thread(target=app.listen, daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])

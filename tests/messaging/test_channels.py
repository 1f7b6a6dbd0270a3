"""What a call to the gateway does not do: follow it elsewhere, read on for ever, take a detour."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from messaging import channels
from messaging.models import Message

MESSAGE = Message(channel="sms", recipient="+84912345678", text="Chào chị Lan")


class OddGateway(BaseHTTPRequestHandler):
    """Answers whatever it is told to, and remembers who came."""

    status = 200
    headers_out: dict[str, str] = {}
    content = b"{}"
    calls: list[str] = []

    def do_GET(self) -> None:
        """Answer with a body that a caller who has had enough may cut."""
        self.calls.append(self.path)
        self.send_response(self.status)
        for name, value in self.headers_out.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(self.content)
        except OSError:
            self.calls.append("cut")

    def do_POST(self) -> None:
        """The same, once the message is read."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *args: Any) -> None:
        """Stay silent."""


@pytest.fixture
def gateway(settings) -> Iterator[type[OddGateway]]:
    handler = type("Own", (OddGateway,), {"calls": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{server.server_port}/messages"
    settings.SMS_GATEWAY_TIMEOUT = 5
    yield handler
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_gateway_that_sends_us_elsewhere_is_not_followed(gateway):
    gateway.status, gateway.headers_out = 307, {"Location": "/elsewhere"}

    with pytest.raises(httpx.HTTPStatusError):
        channels.Gateway().deliver(MESSAGE)

    assert gateway.calls == ["/messages"]


def test_an_answer_without_end_is_not_read_to_its_end(gateway):
    gateway.content = b"x" * 50_000_000

    channels.Gateway().deliver(MESSAGE)
    with pytest.raises(ValueError, match="Expecting value"):
        channels.Gateway().ask(MESSAGE)

    assert gateway.calls.count("cut") >= 1


def test_no_proxy_of_the_environment_stands_before_a_gateway_on_this_machine(gateway, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    channels.Gateway().deliver(MESSAGE)

    assert gateway.calls == ["/messages"]


def test_a_gateway_elsewhere_is_reached_through_the_proxy_of_the_environment(
    gateway, monkeypatch, settings
):
    monkeypatch.setenv("HTTP_PROXY", settings.SMS_GATEWAY_URL.removesuffix("/messages"))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    settings.SMS_GATEWAY_URL = "http://gateway.invalid/messages"

    channels.Gateway().deliver(MESSAGE)

    assert gateway.calls == ["http://gateway.invalid/messages"]


def test_a_question_without_an_answer_is_an_error_of_the_operating_system(settings):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/messages"

    with pytest.raises(OSError, match="ConnectError"):
        channels.Gateway().ask(MESSAGE)

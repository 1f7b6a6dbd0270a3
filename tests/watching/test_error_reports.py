"""A report of an error leaves with the lines of our code, and with nothing about the person."""

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import brotli
import pytest
import sentry_sdk
from django.test import Client

from watching import error_reports

NAME, PHONE, NUMBER = "Nguyễn Thị Lan Hương", "0912345678", "001190012345"
TOKEN, WORDS, ADDRESS = "tok-SECRET-af31", "mũi tiêm ở nhà bà nội", "203.0.113.77"
COOKIE, SEARCHED, BROWSER = "session-SECRET", "tim-kiem-la", "Browser-of-Lan/1.0"
PROBES = (NAME, PHONE, NUMBER, TOKEN, WORDS, ADDRESS, COOKIE, SEARCHED, BROWSER)


class Taken(HTTPServer):
    """Takes what is sent, as Sentry would."""

    bodies: list[bytes]


class Taker(BaseHTTPRequestHandler):
    server: Taken

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        packed = {"gzip": gzip.decompress, "br": brotli.decompress}
        body = packed.get(self.headers.get("Content-Encoding", ""), bytes)(body)
        self.server.bodies.append(bytes(str(self.headers), "utf-8") + body)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def taken(settings) -> Iterator[Taken]:
    server = Taken(("127.0.0.1", 0), Taker)
    server.bodies = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SENTRY_DSN = f"http://key@127.0.0.1:{server.server_port}/1"
    settings.ROOT_URLCONF = "tests.watching.broken_urls"
    error_reports.start()
    yield server
    sentry_sdk.get_client().close(timeout=2)
    sentry_sdk.init()
    server.shutdown()
    server.server_close()


@pytest.mark.django_db
def test_nothing_about_a_person_leaves_with_a_report(taken: Taken):
    answer = Client(raise_request_exception=False).post(
        f"/upload/{TOKEN}/?q={SEARCHED}",
        {"name": NAME, "phone": PHONE, "id_number": NUMBER, "words": WORDS},
        headers={
            "x-forwarded-for": ADDRESS,
            "user-agent": BROWSER,
            "cookie": f"session={COOKIE}",
            "referer": f"https://sotiem.example.vn/record/?q={SEARCHED}",
        },
    )
    sentry_sdk.flush(timeout=5)

    assert answer.status_code == 500
    sent = [body.decode() for body in taken.bodies]
    assert len(sent) == 3
    for text in sent:
        for probe in PROBES:
            assert probe not in text
            assert json.dumps(probe).strip('"') not in text
    unhandled = next(text for text in sent if "ValueError" in text)
    assert '"route":"/upload/<str:token>/"' in unhandled.replace(" ", "", 1).replace(": ", ":")
    assert "DatabaseError" in unhandled
    assert "tests/watching/broken_urls.py" in unhandled
    assert any("not stored: %s" in text for text in sent)


def test_without_an_address_nothing_is_started(settings, monkeypatch):
    monkeypatch.setattr(sentry_sdk, "init", lambda **_options: pytest.fail("it was started"))
    settings.SENTRY_DSN = ""

    error_reports.start()

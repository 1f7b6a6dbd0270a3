"""A request takes a worker when it is whole, gets an answer when it cannot, and leaves whole."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from asgiref.testing import ApplicationCommunicator
from django.db import OperationalError
from django.test import override_settings

from vaxreg.serving import bodies, front
from vaxreg.serving.bodies import Bodies, Refused, most_bytes
from vaxreg.serving.environ import environ_of
from vaxreg.serving.front import Front

SOON = 10


def run(scene):
    """Run it in a thread of its own: the browser of other tests leaves a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, scene).result()


def scope(path="/", method="POST", headers=(), query=b""):
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": list(headers),
        "client": ("192.0.2.7", 40000),
        "server": ("testserver", 80),
    }


def chunk(body, more=False):
    return {"type": "http.request", "body": body, "more_body": more}


def echo(environ, start_response):
    """Answer with the length and the first bytes of the body."""
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Length", str(len(body)))])
    return [body[:20]]


async def answer_of(application, request, *messages):
    """Return status, headers and body of the answer to a request with these messages."""
    asked = ApplicationCommunicator(application, request)
    for message in messages:
        await asked.send_input(message)
    start = await asked.receive_output(SOON)
    body, more = b"", True
    while more:
        piece = await asked.receive_output(SOON)
        body += piece["body"]
        more = piece["more_body"]
    await asked.wait(SOON)
    return (
        start["status"],
        {name.decode(): value.decode("latin-1") for name, value in start["headers"]},
        body,
    )


def ask(application, request, *messages):
    return run(answer_of(application, request, *messages))


IN_CHUNKS = [(b"transfer-encoding", b"chunked")]


def test_a_body_arrives_whole_however_it_is_cut():
    pieces = [chunk(b"ab", True), chunk(b"", True), chunk(b"c" * 100_000, True), chunk(b"d")]

    status, headers, body = ask(Front(echo), scope(headers=IN_CHUNKS), *pieces)

    assert (status, headers["x-length"]) == (200, "100003")
    assert body.startswith(b"abccc")


@override_settings(WEB_THREADS=1)
def test_unfinished_bodies_take_no_worker():
    async def scene():
        application = Front(echo)
        slow = [ApplicationCommunicator(application, scope(headers=IN_CHUNKS)) for _ in range(5)]
        for one in slow:
            await one.send_input(chunk(b"begun", True))
        ordinary = await answer_of(application, scope(method="GET"))
        for one in slow:
            await one.send_input(chunk(b" and ended"))
        late = [(await one.receive_output(SOON))["status"] for one in slow]
        return ordinary[0], late

    assert run(scene()) == (200, [200] * 5)


def test_a_client_that_goes_away_gets_nothing_and_takes_nothing():
    called = []

    async def scene():
        asked = ApplicationCommunicator(
            Front(lambda *_: called.append(1)), scope(headers=IN_CHUNKS)
        )
        await asked.send_input(chunk(b"begun", True))
        await asked.send_input({"type": "http.disconnect"})
        await asked.wait(SOON)
        return await asked.receive_nothing()

    assert run(scene())
    assert not called


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/sign-in/", 2_621_440),
        ("/corrections/new/photos/", 64 * 1024 * 1024),
        ("/corrections/VR-1234/answer/", 64 * 1024 * 1024),
        ("/api/v1/corrections/VR-1234/add-photo/", 64 * 1024 * 1024),
        ("/upload/abc/", 64 * 1024 * 1024),
        ("/organizations/import/", 16 * 1024 * 1024),
        ("/corrections/new/photos/remove/", 2_621_440),
        ("/sign-in/photos", 2_621_440),
    ],
)
def test_only_addresses_that_take_files_take_large_bodies(path, most):
    assert most_bytes(path) == most


@pytest.mark.parametrize(
    ("headers", "messages"),
    [
        ([(b"content-length", b"2621441")], []),
        (IN_CHUNKS, [chunk(b"a" * 2_000_000, True), chunk(b"a" * 700_000, True)]),
        ([(b"content-length", b"10")], [chunk(b"a" * 2_700_000, True)]),
    ],
    ids=["told", "in chunks", "more than told"],
)
def test_too_large_a_body_is_refused_unread_in_words(headers, messages):
    for path in ("/sign-in/", "/api/v1/corrections/"):
        status, sent, body = ask(Front(echo), scope(path, headers=headers), *messages)

        assert status == 413
        if path.startswith("/api/"):
            assert json.loads(body)["errors"][0]["code"] == "too_large"
        else:
            assert "Gửi quá nhiều trong một lần" in body.decode()
            assert sent["content-type"].startswith("text/html")


def test_too_slow_a_body_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(bodies, "PATIENCE", 0.05)
    for path in ("/sign-in/", "/api/v1/corrections/"):
        status, sent, body = ask(Front(echo), scope(path, headers=IN_CHUNKS), chunk(b"a", True))

        assert (status, sent["retry-after"]) == (408, "30")
        if path.startswith("/api/"):
            assert json.loads(body)["errors"][0]["code"] == "too_slow"
        else:
            assert "quá chậm" in body.decode()


def test_a_slow_phone_has_as_long_as_its_bytes_need(monkeypatch):
    monkeypatch.setattr(bodies, "PATIENCE", 0.1)

    async def scene():
        asked = ApplicationCommunicator(Front(echo), scope(headers=IN_CHUNKS))
        for _ in range(4):
            # 100 bytes earn 0.05 seconds more.
            await asked.send_input(chunk(b"a" * 400, True))
            await asyncio.sleep(0.08)
        await asked.send_input(chunk(b"a"))
        return (await asked.receive_output(SOON))["status"]

    assert run(scene()) == 200


def test_unfinished_bodies_do_not_fill_the_disk(monkeypatch):
    monkeypatch.setattr(bodies, "ON_DISK", 300_000)

    async def body(store, size, *, finished):
        async def receive():
            if sent:
                await asyncio.sleep(SOON)
            sent.append(1)
            return chunk(b"a" * size, not finished)

        sent = []
        return await store.read(scope(headers=IN_CHUNKS), receive)

    async def scene():
        store = Bodies()
        slow = asyncio.create_task(body(store, 200_000, finished=False))
        await asyncio.sleep(0)
        with pytest.raises(Refused) as refused:
            await body(store, 200_000, finished=True)
        small = await body(store, 60_000, finished=True)
        slow.cancel()
        with suppress(asyncio.CancelledError):
            await slow
        after = await body(store, 200_000, finished=True)
        with small, after:
            return refused.value.status

    assert run(scene()) == 503


@override_settings(WEB_THREADS=1)
def test_who_waits_too_long_for_a_worker_is_told_and_health_answers(monkeypatch):
    monkeypatch.setattr(front, "IN_LINE", 0.05)
    release = threading.Event()

    def busy(environ, start_response):
        if environ["PATH_INFO"] == "/busy/":
            release.wait(SOON)
        start_response("200 OK", [])
        return [b"done"]

    async def scene():
        application = Front(busy)
        first = asyncio.create_task(answer_of(application, scope("/busy/", "GET")))
        await asyncio.sleep(0.01)
        told = [await answer_of(application, scope(path, "GET")) for path in ("/a/", "/api/v1/a/")]
        alive = await answer_of(application, scope("/healthz", "GET"))
        release.set()
        return told, alive[0], (await first)[0], (await answer_of(application, scope("/a/", "GET")))

    told, alive, first, later = run(scene())

    assert [(status, sent["retry-after"]) for status, sent, _ in told] == [(503, "30")] * 2
    assert "Xin thử lại sau một phút" in told[0][2].decode()
    assert json.loads(told[1][2])["errors"][0]["code"] == "unavailable"
    assert (alive, first, later[0]) == (200, 200, 200)


@pytest.mark.parametrize(
    ("error", "status"), [(OperationalError("gone"), 503), (ValueError(), 500)]
)
def test_an_answer_that_breaks_off_is_an_error_not_half_an_answer(error, status, caplog):
    closed = []

    class Pieces:
        def __iter__(self):
            yield b"half"
            raise error

        def close(self):
            closed.append(1)

    def breaking(environ, start_response):
        start_response("200 OK", [("Content-Length", "8")])
        return Pieces()

    got, _headers, body = ask(Front(breaking), scope(method="GET"))

    assert got == status
    assert b"half" not in body
    assert closed
    assert "answer_broke_off" in caplog.text


def test_a_long_answer_leaves_in_pieces_and_whole():
    def long(environ, start_response):
        start_response("200 OK", [("X-Name", "Xã")])
        return (b"a" * 50_000 for _ in range(60))

    status, _headers, body = ask(Front(long), scope(method="GET"))

    assert (status, len(body)) == (200, 3_000_000)


def environ(**more):
    return environ_of(scope(**more), None, 0)


def test_the_environ_is_what_django_expects():
    made = environ(
        path="/tra-c%E1%BB%A9u/%ff", query=b"q=%C3%A1", headers=[(b"content-type", b"text/plain")]
    )

    assert made["PATH_INFO"].encode("latin-1") == "/tra-cứu/".encode() + b"\xff"
    assert (made["QUERY_STRING"], made["CONTENT_TYPE"]) == ("q=%C3%A1", "text/plain")
    assert (made["REMOTE_ADDR"], made["SERVER_PORT"]) == ("192.0.2.7", "80")


def test_a_header_with_an_underscore_cannot_pass_for_that_of_our_proxy():
    made = environ(
        headers=[(b"x_forwarded_for", b"203.0.113.1"), (b"x-forwarded-for", b"192.0.2.7")]
    )

    assert made["HTTP_X_FORWARDED_FOR"] == "192.0.2.7"


def test_a_header_sent_twice_is_joined():
    made = environ(
        headers=[(b"cookie", b"a=1"), (b"cookie", b"b=2"), (b"accept", b"x"), (b"accept", b"y")]
    )

    assert (made["HTTP_COOKIE"], made["HTTP_ACCEPT"]) == ("a=1; b=2", "x,y")


def test_the_server_may_start_and_end_it():
    async def scene():
        life = ApplicationCommunicator(Front(echo), {"type": "lifespan"})
        said = []
        for act in ("startup", "shutdown"):
            await life.send_input({"type": f"lifespan.{act}"})
            said.append((await life.receive_output(SOON))["type"])
        return said

    assert run(scene()) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]

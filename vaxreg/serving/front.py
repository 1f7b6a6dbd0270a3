"""Takes a worker thread for a request only while Django works on it: neither slow clients nor a
database that hangs stop the others (docs/adr/0026).
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from asgiref.typing import (
    ASGIReceiveCallable,
    ASGISendCallable,
    HTTPResponseBodyEvent,
    HTTPResponseStartEvent,
    HTTPScope,
    LifespanShutdownCompleteEvent,
    LifespanStartupCompleteEvent,
    Scope,
)
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse

from vaxreg import errors
from vaxreg.database import patience
from vaxreg.middleware import counted
from vaxreg.serving.bodies import Bodies, Disconnected, Refused
from vaxreg.serving.environ import environ_of

logger = logging.getLogger(__name__)

Header = tuple[str, str]

# Each answered by a thread of its own, whatever the workers do (vaxreg/health.py).
HEALTH = ("/healthz", "/readyz", "/status/")
# Seconds until somebody gets an answer although PostgreSQL hangs: `ANSWER_WITHIN` in all, of which
# at most `IN_LINE` are spent waiting for a worker.
ANSWER_WITHIN = 4.5
IN_LINE = 2.5
HEALTH_WITHIN = 2.0
# Bytes of an answer in memory, and bytes handed to the server at once.
IN_MEMORY = 1024 * 1024
PIECE = 65_536


class Answer:
    """A whole answer of Django, which leaves without its worker."""

    def __init__(self, status: int, headers: list[Header], body: IO[bytes]) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @classmethod
    def of(cls, response: HttpResponse) -> "Answer":
        body = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (`send` closes it)
        body.write(response.content)
        return cls(response.status_code, list(response.items()), body)

    async def send(self, send: ASGISendCallable) -> None:
        """Send it in pieces, as fast as the client takes them."""
        headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in self.headers
        ]
        with self.body as body:
            body.seek(0)
            await send(
                HTTPResponseStartEvent(
                    type="http.response.start", status=self.status, headers=headers, trailers=False
                )
            )
            piece = body.read(PIECE)
            while True:
                following = body.read(PIECE) if len(piece) == PIECE else b""
                await send(
                    HTTPResponseBodyEvent(
                        type="http.response.body", body=piece, more_body=bool(following)
                    )
                )
                if not following:
                    return
                piece = following


class Front:
    """The ASGI application: body first, then a worker thread, then the answer."""

    def __init__(self, application: WSGIHandler) -> None:
        self._application = application
        threads = settings.WEB_THREADS
        self._workers = ThreadPoolExecutor(threads, "worker")
        self._free = asyncio.Semaphore(threads)
        self._health = {path: ThreadPoolExecutor(1, "health") for path in HEALTH}
        self._bodies = Bodies()

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            try:
                answer = await self._answer(scope, receive)
            except Disconnected:
                return
            await answer.send(send)

    async def _answer(self, scope: HTTPScope, receive: ASGIReceiveCallable) -> Answer:
        path = scope["path"]
        if path in self._health:
            with SpooledTemporaryFile() as nothing:
                environ = environ_of(scope, nothing, 0)
                run = asyncio.get_running_loop().run_in_executor
                return await run(self._health[path], self._run, environ, HEALTH_WITHIN)
        try:
            body = await self._bodies.read(scope, receive)
        except Refused as refused:
            logger.warning("request_refused", extra={"status": refused.status, "path": path})
            counted.count("(refused)", refused.status, path, 0.0)
            return Answer.of(errors.without_database(refused.status, path))
        with body:
            size = body.seek(0, 2)
            body.seek(0)
            return await self._work(environ_of(scope, body, size))

    async def _work(self, environ: dict[str, Any]) -> Answer:
        """Run Django in a worker thread, or answer 503 when none gets free in time."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(IN_LINE):
                await self._free.acquire()
        except TimeoutError:
            logger.error("no_worker_free", extra={"path": environ["PATH_INFO"]})
            # No middleware sees it.
            counted.count("(no worker)", 503, environ["PATH_INFO"], loop.time() - began)
            return Answer.of(errors.without_database(503, environ["PATH_INFO"]))
        left = ANSWER_WITHIN - (loop.time() - began)
        work = loop.run_in_executor(self._workers, self._run, environ, left)
        # By the end of the work, not of this wait: a cancelled request still has its worker.
        work.add_done_callback(lambda _: self._free.release())
        return await work

    def _run(self, environ: dict[str, Any], seconds: float) -> Answer:
        """Run Django, here in a worker thread, until the last byte of its answer is kept."""
        started: list[Any] = []

        def start_response(
            status: str, headers: list[Header], exc_info: object = None, /
        ) -> Callable[[bytes], object]:
            started[:] = [int(status.split(" ", 1)[0]), headers]
            return body.write

        body = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (`send` closes it)
        try:
            with patience.limited(seconds):
                pieces = cast(Iterable[bytes], self._application(environ, start_response))
                try:
                    for piece in pieces:
                        body.write(piece)
                finally:
                    # Ends the request for Django: it lets go of files and stale connections.
                    getattr(pieces, "close", lambda: None)()
        except Exception as error:
            # Only an answer that is made while it is sent gets here: Django answers the rest.
            logger.exception("answer_broke_off")
            body.close()
            status = 503 if isinstance(error, errors.DATABASE_DOWN) else 500
            return Answer.of(errors.without_database(status, environ["PATH_INFO"]))
        return Answer(started[0], started[1], body)


async def _live(receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Say to the server that there is nothing to prepare and nothing to end."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send(LifespanStartupCompleteEvent(type="lifespan.startup.complete"))
        elif message["type"] == "lifespan.shutdown":
            await send(LifespanShutdownCompleteEvent(type="lifespan.shutdown.complete"))
            return

"""Reads the body of a request, within limits of size and time, before a worker is taken."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO

from asgiref.typing import ASGIReceiveCallable, HTTPScope
from django.conf import settings

# Bytes of a body that stay in memory; the rest goes to a file that has no name.
IN_MEMORY = 65_536
# Bytes that all unfinished bodies of this process may have on disk together.
ON_DISK = 1024 * 1024 * 1024
# Seconds for a body to begin, bytes a second from then on, and seconds for the whole: 10 MB from a
# phone with 30 kB/s take six minutes.
PATIENCE = 20.0
SLOWEST = 2_000
LONGEST = 900.0


class Refused(Exception):
    """The body is not read to its end. `status` is the answer: 408, 413 or 503."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Disconnected(Exception):
    """The client went away; nobody waits for an answer."""


def most_bytes(path: str) -> int:
    """Return how many bytes a body for this path may have: `BODY_LIMITS`, else the default."""
    for pattern, most in settings.BODY_LIMITS:
        if re.search(pattern, path):
            return int(most)
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


class Bodies:
    """Reads bodies, and knows how much of the disk the unfinished ones use."""

    def __init__(self) -> None:
        self._on_disk = 0

    async def read(self, scope: HTTPScope, receive: ASGIReceiveCallable) -> IO[bytes]:
        """Return the whole body at its first byte. Raises Refused, Disconnected."""
        headers = dict(scope["headers"])
        told = headers.get(b"content-length", b"")
        if not told and b"transfer-encoding" not in headers:
            return SpooledTemporaryFile(IN_MEMORY)
        most = most_bytes(scope["path"])
        if told.isdigit() and int(told) > most:
            raise Refused(413)
        with self._space() as space:
            return await self._read(receive, most, space)

    async def _read(self, receive: ASGIReceiveCallable, most: int, space: "_Space") -> IO[bytes]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        body = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (its reader closes it)
        size = 0
        try:
            async with asyncio.timeout_at(began + PATIENCE) as limit:
                more = True
                while more:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise Disconnected
                    size += len(message["body"])
                    if size > most:
                        raise Refused(413)
                    space.take(size)
                    body.write(message["body"])
                    more = message["more_body"]
                    limit.reschedule(began + min(PATIENCE + size / SLOWEST, LONGEST))
        except TimeoutError:
            body.close()
            raise Refused(408) from None
        except BaseException:
            body.close()
            raise
        body.seek(0)
        return body

    @contextmanager
    def _space(self) -> Iterator["_Space"]:
        space = _Space(self)
        try:
            yield space
        finally:
            self._on_disk -= space.taken


class _Space:
    """What one unfinished body has on disk."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self.taken = 0

    def take(self, size: int) -> None:
        """Note that the body has `size` bytes now. Raises Refused when the disk has no room."""
        if size <= IN_MEMORY:
            return
        if self._bodies._on_disk + size - self.taken > ON_DISK:
            raise Refused(503)
        self._bodies._on_disk += size - self.taken
        self.taken = size

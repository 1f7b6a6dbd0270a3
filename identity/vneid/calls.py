"""Calls to VNeID over HTTP: with an end in time and size, and never for all threads at once."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, Queue
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings

from identity.vneid.refusals import Reason, Refusal

# Bytes of an answer, at most: ten times what discovery, keys and a token have together.
LONGEST_ANSWER = 256 * 1024
CHUNK = 16 * 1024
# Seconds to wait for one's turn while others wait for VNeID.
PATIENCE = 0.5

# At most half of the threads of a process wait for VNeID: when it is slow, the rest of the product
# goes on answering.
_turns = threading.BoundedSemaphore(max(1, settings.WEB_THREADS // 2))


@contextmanager
def taking_turns() -> Iterator[None]:
    """Run the block with its calls when a turn is free. Raises Refusal (BUSY) when none becomes so."""
    if not _turns.acquire(timeout=PATIENCE):
        raise Refusal(Reason.BUSY)
    try:
        yield
    finally:
        _turns.release()


class Unreadable(requests.RequestException):
    """The answer is no JSON object, or leads elsewhere."""


class TooLong(requests.RequestException):
    """The answer has too many bytes, or took too long as a whole."""


class LimitedSession(requests.Session):
    """Every call ends after `timeout` seconds, whatever it waits for.

    A thread of its own makes it: the search for an address and the lines of headers have no limit
    otherwise. One that is given up ends when its socket does.

    Redirects are not followed: they would send our secret and the person's code to another server.
    """

    def __init__(self, timeout: float, issuer: str = "") -> None:
        super().__init__()
        # Proxies from the environment, but not for a provider on this machine.
        self.trust_env = urlsplit(issuer).hostname not in ("localhost", "127.0.0.1", "::1")
        self._timeout = timeout
        # No compression: a few compressed bytes can expand to any size.
        self.headers["Accept-Encoding"] = "identity"
        self.headers["Accept"] = "application/json"

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """Return an answer of below 500; that of 200 is a JSON object.

        Raises requests.RequestException: Unreadable, TooLong, and those of requests.
        """
        kwargs |= {"timeout": self._timeout, "allow_redirects": False, "stream": True}
        done: Queue[requests.Response | Exception] = Queue()

        def call() -> None:
            try:
                done.put(self._call(method, url, *args, **kwargs))
            except Exception as error:
                done.put(error)

        threading.Thread(target=call, daemon=True, name="vneid").start()
        try:
            response = done.get(timeout=self._timeout)
        except Empty:
            raise requests.Timeout("as a whole") from None
        if isinstance(response, Exception):
            raise response
        if response.status_code >= 500:
            raise requests.HTTPError(f"status {response.status_code}")
        if response.status_code == 200:
            _refuse_unreadable(response)
        elif response.status_code < 400:
            raise Unreadable(f"status {response.status_code}")
        return response

    def _call(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        until = time.monotonic() + self._timeout
        response = super().request(method, url, *args, **kwargs)
        with response:
            # As requests itself stores a body that was read.
            response._content = self._read(response, until)
            response._content_consumed = True  # type: ignore[attr-defined]
        return response

    @staticmethod
    def _read(response: requests.Response, until: float) -> bytes:
        body = b""
        try:
            # read1 returns what has come; read would wait until the whole chunk is there.
            while part := response.raw.read1(CHUNK):
                body += part
                if len(body) > LONGEST_ANSWER or time.monotonic() > until:
                    raise TooLong
        except requests.RequestException:
            raise
        except Exception as error:
            # urllib3's own errors, which requests turns into its own only where it reads itself.
            raise requests.ConnectionError(type(error).__name__) from error
        return body


def _refuse_unreadable(response: requests.Response) -> None:
    try:
        found = response.json()
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON") from error
    if not isinstance(found, dict):
        raise Unreadable("not an object")

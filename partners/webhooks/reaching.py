"""One call to an address that a stranger gave: it reaches the open internet, and nothing inside.

The name is looked up once and the connection is made to that very address, so that a second answer
of the same name server leads nowhere else. No proxy, no redirect, no compression, five seconds.
"""

import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SECONDS = 5.0
# Bytes read of an answer, of which only the status counts.
LONGEST_ANSWER = 65_536
AGENT = "VaxReg-Webhooks/1.0"

# No user, no fragment, no number in brackets, nothing that two readers could read in two ways.
FORM = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[A-Za-z0-9/._~!$&'()*+,;=:@%?-]*)?"
)
# The last part of a name begins with a letter; that of a number, written in any way, does not.
NAME = re.compile(r"(?:[A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]+")
PORTS = {"https": 443, "http": 80}
# Addresses in which another one is hidden, which would be reached.
WITH_ANOTHER = [
    ipaddress.ip_network(one)
    for one in (
        "::ffff:0:0/96",
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
    )
]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotAllowed(Exception):
    """The address has a form that is not taken, or leads inside; `words` say what to write."""

    def __init__(self, words: Promise, error: str) -> None:
        super().__init__(error)
        self.words = words
        self.error = error


@dataclass(frozen=True)
class Target:
    """An address whose form is right. is_inside: the setting names it, whatever it leads to."""

    url: str
    host: str
    port: int
    is_inside: bool


@dataclass(frozen=True)
class Answer:
    """What came of a call: the status, or in a few words why there is none."""

    status: int | None = None
    error: str = ""
    seconds: float = 0.0

    @property
    def is_accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def target_of(url: str) -> Target:
    """Return where an address leads, by its form alone. Raises NotAllowed."""
    form = FORM.fullmatch(url)
    if form is None:
        raise NotAllowed(
            _("Write an address such as https://app.example.vn/webhook."), "no address"
        )
    scheme, host = form["scheme"], form["host"].lower()
    port = int(form["port"] or PORTS[scheme])
    if f"{host}:{port}" in settings.WEBHOOK_INSIDE_HOSTS:
        return Target(url, host, port, is_inside=True)
    if scheme != "https":
        raise NotAllowed(_("The address must begin with https://."), "not https")
    if port != PORTS["https"]:
        raise NotAllowed(_("The address must have no port: only 443 is called."), "port")
    if not NAME.fullmatch(host):
        raise NotAllowed(_("Write the host as a name, such as app.example.vn."), "no host name")
    return Target(url, host, port, is_inside=False)


def is_outside(address: Address) -> bool:
    """Whether an IP address is one of the open internet."""
    hidden = any(address in net for net in WITH_ANOTHER if net.version == address.version)
    return address.is_global and not address.is_multicast and not hidden


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Post JSON to an address; never raises for what an address or its server does."""
    begun = time.monotonic()
    try:
        target = target_of(url)
        if settings.DEMO and not target.is_inside:
            return Answer(error="a demo calls nobody")
        status = _status_of(target, body, headers, begun + SECONDS)
    except NotAllowed as error:
        return Answer(error=error.error)
    except (httpcore.TimeoutException, TimeoutError):
        return Answer(error="no answer in time", seconds=time.monotonic() - begun)
    except (
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.UnsupportedProtocol,
        OSError,
        ValueError,
    ) as error:
        # The words of a library may carry what a stranger's server said.
        return Answer(error=type(error).__name__, seconds=time.monotonic() - begun)
    return Answer(status, "", time.monotonic() - begun)


def _status_of(target: Target, body: bytes, headers: dict[str, str], until: float) -> int:
    pool = httpcore.ConnectionPool(
        ssl_context=_trusted(), max_connections=1, network_backend=_Backend(target, until)
    )
    sent = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "User-Agent": AGENT,
        "Accept-Encoding": "identity",
        "Connection": "close",
        **headers,
    }
    with pool, pool.stream("POST", target.url, headers=list(_raw(sent)), content=body) as answer:
        read = 0
        for part in answer.iter_stream():
            read += len(part)
            if read >= LONGEST_ANSWER:
                break
        return answer.status


def _raw(headers: dict[str, str]) -> Iterable[tuple[bytes, bytes]]:
    return ((name.encode(), value.encode()) for name, value in headers.items())


class _Backend(httpcore.NetworkBackend):
    """Connects to the one address that was looked up and is outside; ends at a moment."""

    def __init__(self, target: Target, until: float) -> None:
        self.target = target
        self.until = until

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        found = _look_up(host, port, left(self.until))
        if not self.target.is_inside and not all(is_outside(one) for one in found):
            raise NotAllowed(_("The address leads to no server on the internet."), "leads inside")
        chosen = min(found, key=lambda one: one.version)
        stream = httpcore.SyncBackend().connect_tcp(
            str(chosen), port, left(self.until), local_address, socket_options
        )
        return _Timed(stream, self.until)


class _Timed(httpcore.NetworkStream):
    """A connection whose every act must end by the same moment: bytes that trickle end as well."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self.stream = stream
        self.until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, left(self.until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, left(self.until))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self.stream.start_tls(ssl_context, server_hostname, left(self.until))
        return _Timed(secured, self.until)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def left(until: float) -> float:
    """Return the seconds until a moment. Raises TimeoutError when there are none."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _look_up(host: str, port: int, seconds: float) -> list[Address]:
    """Return the addresses of a name. Raises OSError, and TimeoutError: a name server may dawdle."""
    said: queue.SimpleQueue[list[Address] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            said.put([ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in rows])
        except (OSError, UnicodeError) as error:
            said.put(error if isinstance(error, OSError) else OSError("no name"))

    threading.Thread(target=ask, daemon=True).start()
    try:
        found = said.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(found, OSError):
        raise found
    if not found:
        raise OSError("no address")
    return found


@cache
def _trusted() -> ssl.SSLContext:
    """Return the certificates that this machine trusts."""
    return ssl.create_default_context()

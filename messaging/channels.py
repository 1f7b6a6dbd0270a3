"""Channels by which messages are sent: the console, e-mail, SMS and calls of a gateway over HTTP."""

import json
import logging
import smtplib
import ssl
from functools import cache
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core.mail import EmailMessage

from messaging import preferences
from messaging.models import Channel, Message

log = logging.getLogger("messaging.console")
# httpx would log a line for each call; the message's row has the result already.
logging.getLogger("httpx").setLevel(logging.WARNING)

# Status codes that concern our access or a temporary state, not this message.
PASSING = frozenset({401, 403, 404, 408, 409, 425, 429})
# Bytes read of an answer, which is a few words of JSON.
LONGEST_ANSWER = 65_536
HERE = frozenset({"127.0.0.1", "localhost", "::1"})


class Undeliverable(Exception):
    """The channel will never deliver this message; do not try again."""


class MessageChannel(Protocol):
    """Delivers a message or raises: Undeliverable for good, any other exception for a retry."""

    # Whether the gateway reports later if the message arrived.
    gives_receipts: bool

    def deliver(self, message: Message) -> None:
        """Hand the message over to the gateway or mail server."""


class Console:
    """Logs the message: its text in demo mode, otherwise only its id and purpose."""

    gives_receipts = False

    def deliver(self, message: Message) -> None:
        shown = message.text if settings.DEMO else ""
        log.info("message %s (%s) %s", message.pk, message.purpose, shown)


class Email:
    """Sends through Django's e-mail backend."""

    gives_receipts = False

    def deliver(self, message: Message) -> None:
        """Send the e-mail. Raises Undeliverable when the server refuses the recipient for good."""
        mail = EmailMessage(
            subject=message.subject,
            body=message.text,
            to=[message.recipient],
            headers={
                "Message-ID": f"<{message.key}@{settings.SITE_DOMAIN}>",
                **preferences.headers(message),
            },
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            if all(code >= 500 for code, _reason in error.recipients.values()):
                raise Undeliverable("recipient refused") from error
            raise


class Gateway:
    """Posts JSON to the gateway, which recognizes a repeated message by its key.

    It sends an SMS, or for `"kind": "call"` calls the number and reads the text out in its language.
    """

    gives_receipts = True

    def deliver(self, message: Message) -> None:
        """Post the message. Raises Undeliverable for a 4xx answer about this message."""
        body = {"id": str(message.key), "to": message.recipient, "text": message.sms_text}
        if message.channel == Channel.CALL:
            body |= {"kind": "call", "language": message.language, "text": message.text}
        try:
            _call(settings.SMS_GATEWAY_URL, body, key=str(message.key))
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            if 400 <= status < 500 and status not in PASSING:
                raise Undeliverable(f"gateway answered {status}") from error
            raise

    def ask(self, message: Message) -> str:
        """Return the state of the message at the gateway, "unknown" if it does not know the key.

        Raises OSError or ValueError when the gateway does not answer, or not properly.
        """
        try:
            answer = _call(f"{settings.SMS_GATEWAY_URL.rstrip('/')}/{message.key}")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if isinstance(error, httpx.HTTPStatusError) and error.response.status_code == 404:
                return "unknown"
            raise ConnectionError(type(error).__name__) from error
        return str(json.loads(answer)["state"])


def _call(url: str, body: dict[str, Any] | None = None, key: str = "") -> bytes:
    """Return the beginning of the gateway's answer.

    Raises httpx.HTTPStatusError for anything but 2xx (a redirect is not followed: it would send a
    citizen's number to another server), and other httpx errors when there is no answer.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("SMS_GATEWAY_URL is not set")
    # No compression: a few compressed bytes can expand to any size.
    headers = {"Accept-Encoding": "identity"}
    if settings.SMS_GATEWAY_TOKEN:
        headers["Authorization"] = f"Bearer {settings.SMS_GATEWAY_TOKEN}"
    if key:
        headers["Idempotency-Key"] = key
    method = "GET" if body is None else "POST"
    client = httpx.Client(
        timeout=settings.SMS_GATEWAY_TIMEOUT,
        follow_redirects=False,
        verify=_trusted(),
        # Use proxies from the environment, but not for a gateway on this machine.
        trust_env=not _gateway_is_here(),
    )
    with client, client.stream(method, url, json=body, headers=headers) as answer:
        answer.raise_for_status()
        return next(answer.iter_raw(LONGEST_ANSWER), b"")


@cache
def _trusted() -> ssl.SSLContext:
    """Return the certificates that this machine trusts, which may include a private authority."""
    return ssl.create_default_context()


class Inbox:
    """The page of messages shows it already: nothing leaves the site."""

    gives_receipts = False

    def deliver(self, message: Message) -> None:
        """Nothing is left to do."""


CHANNELS: dict[str, MessageChannel] = {
    Channel.CONSOLE: Console(),
    Channel.EMAIL: Email(),
    Channel.SMS: Gateway(),
    Channel.CALL: Gateway(),
    Channel.INBOX: Inbox(),
}


def channel_for(message: Message) -> MessageChannel:
    """Return the channel of the message; in demo mode no message leaves this machine.

    The phone numbers of the demo may belong to real people: only the stand-in gateway, which runs
    on this machine, gets them.
    """
    of_gateway = message.channel in (Channel.SMS, Channel.CALL)
    if settings.DEMO and not (of_gateway and _gateway_is_here()):
        return CHANNELS[Channel.CONSOLE]
    return CHANNELS[message.channel]


def _gateway_is_here() -> bool:
    return urlsplit(settings.SMS_GATEWAY_URL).hostname in HERE

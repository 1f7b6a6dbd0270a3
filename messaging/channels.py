"""The ways a message travels: the console, e-mail, an SMS gateway over HTTP."""

import json
import logging
import smtplib
import urllib.error
import urllib.request
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from messaging import preferences
from messaging.models import Channel, Message

log = logging.getLogger("messaging.console")

# Answers of a gateway that are about us or about now, not about this message.
PASSING = frozenset({401, 403, 404, 408, 409, 425, 429})
# Bytes of an answer that are read: it is a few words of JSON.
LONGEST_ANSWER = 65_536
HERE = frozenset({"127.0.0.1", "localhost", "::1"})


class Undeliverable(Exception):
    """The channel will never deliver this message; trying again is of no use."""


class MessageChannel(Protocol):
    """Delivers a message or raises: Undeliverable for good, anything else for now."""

    # Whether whoever takes the message tells later if it arrived.
    gives_receipts: bool

    def deliver(self, message: Message) -> None:
        """Hand the message over."""


class Console:
    """Writes the message into the log: the whole of it in demo mode, else only that it was."""

    gives_receipts = False

    def deliver(self, message: Message) -> None:
        """Never fails."""
        shown = message.text if settings.DEMO else ""
        log.info("message %s (%s) %s", message.pk, message.purpose, shown)


class Email:
    """Sends through Django's e-mail backend."""

    gives_receipts = False

    def deliver(self, message: Message) -> None:
        """Raises Undeliverable when the server refuses the recipient for good."""
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


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A gateway that sends us elsewhere with a citizen's number is not followed."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """Refuse."""


class SmsGateway:
    """Posts JSON to the gateway; the message's key lets it drop what it has sent already."""

    gives_receipts = True

    def deliver(self, message: Message) -> None:
        """Raises Undeliverable when the gateway says that this message is wrong (4xx)."""
        body = {"id": str(message.key), "to": message.recipient, "text": message.sms_text}
        try:
            _call(settings.SMS_GATEWAY_URL, body, key=str(message.key))
        except urllib.error.HTTPError as error:
            error.close()
            if 400 <= error.code < 500 and error.code not in PASSING:
                raise Undeliverable(f"gateway answered {error.code}") from error
            raise

    def ask(self, message: Message) -> str:
        """Return what the gateway says became of it, `unknown` if it never heard of it.

        Raises OSError or ValueError when it gives no answer that makes sense.
        """
        try:
            answer = _call(f"{settings.SMS_GATEWAY_URL.rstrip('/')}/{message.key}")
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 404:
                return "unknown"
            raise
        return str(json.loads(answer)["state"])


def _call(url: str, body: dict[str, Any] | None = None, key: str = "") -> bytes:
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("SMS_GATEWAY_URL is not set")
    headers = {"Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}"}
    if body is not None:
        headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
        url, data=json.dumps(body).encode() if body is not None else None, headers=headers
    )
    # None: as the environment says.
    proxies: dict[str, str] | None = {} if _gateway_is_here() else None
    opener = urllib.request.build_opener(NoRedirects, urllib.request.ProxyHandler(proxies))
    with opener.open(request, timeout=settings.SMS_GATEWAY_TIMEOUT) as answer:
        content: bytes = answer.read(LONGEST_ANSWER)
    return content


CHANNELS: dict[str, MessageChannel] = {
    Channel.CONSOLE: Console(),
    Channel.EMAIL: Email(),
    Channel.SMS: SmsGateway(),
}


def channel_for(message: Message) -> MessageChannel:
    """The channel of the message; in demo mode nothing leaves this machine.

    The demo's people have numbers that may belong to somebody: only the stand-in gateway, which
    runs on this machine, gets them.
    """
    if settings.DEMO and not (message.channel == Channel.SMS and _gateway_is_here()):
        return CHANNELS[Channel.CONSOLE]
    return CHANNELS[message.channel]


def _gateway_is_here() -> bool:
    return urlsplit(settings.SMS_GATEWAY_URL).hostname in HERE

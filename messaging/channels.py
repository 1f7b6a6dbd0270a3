"""The ways a message travels: the console, e-mail, an SMS gateway over HTTP."""

import json
import logging
import smtplib
import urllib.error
import urllib.request
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from messaging.models import Channel, Message

log = logging.getLogger("messaging.console")

# Seconds without a sign of life from the gateway after which a try has failed.
GATEWAY_TIMEOUT = 10


class Undeliverable(Exception):
    """The channel will never deliver this message; trying again is of no use."""


class MessageChannel(Protocol):
    """Delivers a message or raises: Undeliverable for good, anything else for now."""

    def deliver(self, message: Message) -> None:
        """Hand the message over."""


class Console:
    """Writes the message into the log: the whole of it in demo mode, else only that it was."""

    def deliver(self, message: Message) -> None:
        """Never fails."""
        shown = message.text if settings.DEMO else ""
        log.info("message %s (%s) %s", message.pk, message.purpose, shown)


class Email:
    """Sends through Django's e-mail backend."""

    def deliver(self, message: Message) -> None:
        """Raises Undeliverable when the server refuses the recipient for good."""
        mail = EmailMessage(
            subject=message.subject,
            body=message.text,
            to=[message.recipient],
            headers={"Message-ID": f"<{message.key}@{settings.SITE_DOMAIN}>"},
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

    def deliver(self, message: Message) -> None:
        """Raises Undeliverable when the gateway says that this message is wrong (4xx)."""
        url = settings.SMS_GATEWAY_URL
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError("SMS_GATEWAY_URL is not set")
        body = {"id": str(message.key), "to": message.recipient, "text": message.text}
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
            url,
            data=json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}",
                "Idempotency-Key": str(message.key),
            },
        )
        opener = urllib.request.build_opener(NoRedirects)
        try:
            with opener.open(request, timeout=GATEWAY_TIMEOUT):
                return
        except urllib.error.HTTPError as error:
            error.close()
            if 400 <= error.code < 500 and error.code not in (401, 403, 408, 409, 425, 429):
                raise Undeliverable(f"gateway answered {error.code}") from error
            raise


CHANNELS: dict[str, MessageChannel] = {
    Channel.CONSOLE: Console(),
    Channel.EMAIL: Email(),
    Channel.SMS: SmsGateway(),
}


def channel_for(message: Message) -> MessageChannel:
    """The channel of the message; in demo mode nothing leaves this machine."""
    return CHANNELS[Channel.CONSOLE if settings.DEMO else message.channel]

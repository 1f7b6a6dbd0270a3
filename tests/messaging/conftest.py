"""The stand-in SMS gateway as a real process, and a message to Lan."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as project
from django.db.models import F
from django.urls import get_resolver

from messaging import actions
from messaging.models import Message
from tests.launcher.house import free_port

LAN = "+84912345678"
TOKEN = "token of the tests"
SECRET = "secret of the tests"


class GatewayProcess:
    """The process, and what tests tell it and ask it."""

    def __init__(self, *options: str) -> None:
        self.port = free_port()
        self.options = options
        self.start()

    def start(self) -> None:
        """Start it and wait until it listens."""
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "launcher.sms_gateway", "--port", str(self.port)),
                *("--receipt-after", "0", *self.options),
            ],
            cwd=project.BASE_DIR,
            env={**os.environ, "SMS_GATEWAY_TOKEN": TOKEN, "SMS_RECEIPT_SECRET": SECRET},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            try:
                self.mood()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the gateway does not start")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(self, path: str, body: object = None, token: str = TOKEN) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - our own process
            f"{self.url}{path}", data=data, headers={"Authorization": f"Bearer {token}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def mood(self, **mood: object) -> None:
        """Tell it how to behave from now on."""
        self.call("/mood", mood)

    def sent(self, message: Message) -> list[dict[str, str]]:
        """Return what it has sent under the key of this message."""
        return [sms for sms in self.call("/sent")[1] if sms["id"] == str(message.key)]

    def wait_for_state(self, message: Message, state: str) -> None:
        """Wait until its receipt is there to be asked for."""
        for _ in range(100):
            if self.call(f"/messages/{message.key}")[1].get("state") == state:
                return
            time.sleep(0.02)
        raise AssertionError(f"never {state}")


@pytest.fixture(scope="session")
def gateway_process() -> Iterator[GatewayProcess]:
    process = GatewayProcess()
    yield process
    process.stop()


@pytest.fixture
def gateway(gateway_process: GatewayProcess, settings) -> GatewayProcess:
    """The gateway in a good mood, and the settings that lead to it."""
    gateway_process.mood()
    # The addresses of the demo are chosen when they are first read: before it is switched off.
    assert get_resolver().url_patterns
    settings.DEMO = False
    settings.SMS_GATEWAY_URL = f"{gateway_process.url}/messages"
    settings.SMS_GATEWAY_TOKEN = TOKEN
    settings.SMS_RECEIPT_SECRET = SECRET
    settings.SMS_GATEWAY_TIMEOUT = 0.5
    return gateway_process


def write(**extra: Any) -> Message:
    """Write an SMS to Lan down, or something else."""
    values: dict[str, Any] = {
        "purpose": "test",
        "channel": "sms",
        "recipient": LAN,
        "text": "Chào chị Lan",
        **extra,
    }
    return actions.send(**values)


def pass_time(by: timedelta) -> None:
    """Let the messages' times lie further back."""
    Message.objects.update(
        **{
            name: F(name) - by
            for name in ("next_try_at", "claimed_until", "sent_at", "ask_at", "confirm_by")
        },
        resent_at=F("resent_at") - by,
    )

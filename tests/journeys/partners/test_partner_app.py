"""Lan lets an app in; it shows her doses, files for her, hears of the answer after it was down, and is sent away."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect

from corrections import actions
from corrections.models import Correction
from launcher.places import ROOT
from partners import registering
from partners.models import Delivery, Endpoint
from partners.webhooks import sending
from tests import world as worlds
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well
from vaxreg import db_time

pytestmark = pytest.mark.journey

NAME, SECRET = "Sức khỏe của tôi", "the-secret-of-the-example"
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Example:
    """The process of the app, and its address."""

    url: str
    process: subprocess.Popen[bytes]

    def heard(self) -> list[dict[str, Any]]:
        with NO_PROXY.open(f"{self.url}heard", timeout=5) as answer:
            found: list[dict[str, Any]] = json.loads(answer.read())
        return found


@pytest.fixture
def example(country: Country, settings) -> Iterator[Example]:
    """The example app as `./run` starts it, registered as the demo registers it."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    settings.WEBHOOK_INSIDE_HOSTS = [f"127.0.0.1:{port}"]
    url = f"http://127.0.0.1:{port}/"
    app = registering.register(
        name=NAME,
        run_by="Công ty mẫu",
        contact_email="ops@example.vn",
        scopes=["read", "file", "patient/Immunization.rs"],
        redirect_uris=[f"{url}back"],
        secret=SECRET,
    )
    command = [sys.executable, "-m", "launcher.partner_app", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--registry", f"{country.url}/"],
        cwd=ROOT,
        env={
            **os.environ,
            "PARTNER_CLIENT_ID": app.client_id,
            "PARTNER_CLIENT_SECRET": SECRET,
        },
    )
    try:
        until(lambda: Endpoint.objects.exclude(old_secret_until=None).exists())
        yield Example(url, process)
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(10)


def until(holds: Any, seconds: float = 20) -> None:
    """Wait for it."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_a_citizen_lets_an_app_in_and_sends_it_away(country: Country, example: Example):
    worlds.dose(country.world)
    with country.window() as lan:
        page = lan.page
        country.citizen_signs_in(page, "0912 345 678")

        page.goto(example.url)
        page.get_by_role("link", name="Sign in with Sổ Tiêm").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)
        is_well(lan)
        page.get_by_role("button", name="Cho phép", exact=True).click()
        expect(page.get_by_role("heading", name="Nguyễn Thị Lan")).to_be_visible()
        expect(page.get_by_text("As FHIR: 1 immunizations")).to_be_visible()

        page.get_by_label("It was").select_option(label=country.world.pfizer.name)
        page.get_by_label("Words").fill("Trên giấy ghi Pfizer")
        page.get_by_role("button", name="Propose").click()
        case = Correction.objects.get()
        expect(page.get_by_text(f"{case.reference}: ")).to_be_visible()

        # The answer comes while the app hangs: it is told when it is back.
        before = len(example.heard())
        example.process.send_signal(signal.SIGSTOP)
        actions.accept(case, by=country.world.user("minh"))
        endpoint = Endpoint.objects.get(until=None)
        sending.deliver_to(endpoint.pk)
        assert Delivery.objects.filter(state=Delivery.State.WAITING, tries__gt=0).exists()
        example.process.send_signal(signal.SIGCONT)
        with db_time.at(db_time.now() + sending.BACK_OFF[1]):
            sending.deliver_to(endpoint.pk)
        until(lambda: len(example.heard()) > before)
        assert example.heard()[-1]["type"] in ("correction.changed", "dose.changed")

        lan.go("/account/apps/")
        is_well(lan)
        page.get_by_role("button", name="Chấm dứt").click()
        expect(page.get_by_text("không đọc được gì nữa")).to_be_visible()
        page.goto(example.url)
        expect(page.get_by_role("heading", name="Nothing to show")).to_be_visible()

"""What a journey needs: a browser, the small country behind a live server, people at the doors."""

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import SessionKind, User
from accounts.sign_in import two_factor
from messaging.models import Message
from tests import browser as browsers
from tests import world as worlds
from tests.browser import Visit
from tests.conftest import signed_in
from tests.world import World

PASSWORD = "buoi ho tay 2021 nang"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass
class Country:
    """The small country on the web, and how its people come in."""

    world: World
    url: str
    chromium: Browser

    def window(
        self, *, width: int = 390, worker: bool = False, **options: Any
    ) -> AbstractContextManager[Visit]:
        """A browser of somebody's own.

        Without the service worker, unless asked for: the browser answers `page.route` only for
        what no worker has taken over, and a worker takes over at a moment of its own.
        """
        workers = "allow" if worker else "block"
        return browsers.visit(
            self.chromium, width=width, base_url=self.url, service_workers=workers, **options
        )

    def citizen_signs_in(self, page: Page, phone: str) -> None:
        """Come in with a session as the door leaves it; the main story goes through the door."""
        number = "+84" + re.sub(r"\D", "", phone).removeprefix("84").removeprefix("0")
        self._come_in(page, User.objects.get(phone=number), SessionKind.CITIZEN)
        page.goto("/record/")

    def staff_signs_in(self, page: Page, name: str) -> None:
        """The same for staff; they land where their work is."""
        self._come_in(page, self.world.user(name), SessionKind.STAFF)
        page.goto("/")
        page.wait_for_url(re.compile(r"/(review|oversight|hotline)/"))

    def _come_in(self, page: Page, user: User, kind: SessionKind) -> None:
        name = settings.SESSION_COOKIE_NAME
        secret = signed_in(user, kind).cookies[name].value
        page.context.add_cookies([{"name": name, "value": secret, "url": self.url}])

    def citizen_comes_through_the_door(self, page: Page, phone: str) -> None:
        """Ask for a code by phone number and type in the one that was sent."""
        page.goto("/sign-in/")
        self.citizen_enters(page, phone)
        page.wait_for_url(re.compile(r"/record/"))

    def citizen_enters(self, page: Page, phone: str) -> None:
        """The same on the sign-in page that is open; it leads on to where the citizen came from."""
        page.fill("[name=phone]", phone)
        page.click("main button[type=submit]")
        sent = Message.objects.filter(purpose__contains="code").latest("pk")
        code = re.search(r"#(\d{6})\s*$", sent.text)
        assert code, sent.text
        page.fill("[name=code]", code[1])
        page.click("main button[type=submit]")

    def staff_comes_through_the_door(self, page: Page, name: str) -> None:
        """Give e-mail and password, then what the app on the phone shows."""
        user = self.world.user(name)
        user.set_password(PASSWORD)
        user.save()
        two_factor.set_up(user, SECRET)
        two_factor.mark_recovery_codes_seen(user)
        page.goto("/staff/sign-in/")
        page.fill("[name=email]", user.email or "")
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        shown = two_factor.current_code(user)
        assert shown
        page.fill("[name=code]", shown[0])
        page.click("main button[type=submit]")
        page.wait_for_url(re.compile(r"/(review|oversight|hotline)/"))


@pytest.fixture
def country(
    transactional_db: None, live_server: LiveServer, chromium: Browser, settings, tmp_path
) -> Country:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        },
    }
    return Country(worlds.build(), live_server.url, chromium)


@pytest.fixture
def photo() -> dict[str, Any]:
    """A photo of a paper, as a file chooser hands it over."""
    picture = Image.new("RGB", (1200, 900), "wheat")
    ImageDraw.Draw(picture).text((200, 300), "GIẤY XÁC NHẬN: Comirnaty", fill="black")
    file = BytesIO()
    picture.save(file, "JPEG")
    return {"name": "giấy.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}

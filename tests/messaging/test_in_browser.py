"""The inbox in a real browser: readable, within reach of everybody, no sideways scroll."""

import os
from datetime import timedelta

import pytest
from django.conf import settings as project

from accounts.models import SessionKind, User
from messaging import delivery, receipts
from messaging.models import Message
from tests.browser import visit
from tests.conftest import signed_in
from tests.messaging.conftest import LAN, pass_time, write
from vaxreg import db_time

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

RECEIVED = (
    "Sổ Tiêm: đề xuất VR-7K3M-9QXD đã được tiếp nhận. Hạn trả lời 14:30 24/11/2026."
    " Xem tại https://sotiem.example.vn/corrections/VR-7K3M-9QXD/"
)
DECIDED = (
    "Sổ Tiêm: VR-7K3M-9QXD đã được duyệt, hồ sơ của bạn đã được sửa:"
    " https://sotiem.example.vn/corrections/VR-7K3M-9QXD/"
)


@pytest.fixture
def lan(gateway) -> User:
    """Lan, who was told four times: it arrived, it was swallowed, it failed, it waits."""
    lan = User.objects.create_user(phone=LAN, full_name="Nguyễn Thị Lan", phone_verified=True)
    told = {"user_id": lan.pk, "recipient": LAN}
    gateway.mood(receipt="")
    with db_time.at(db_time.now() - timedelta(days=1)):
        arrived = write(text=RECEIVED, **told)
        write(text=RECEIVED, **told)
    delivery.deliver_due()
    receipts.record_receipt(arrived.key, "delivered")
    Message.objects.update(read_at=db_time.now())
    pass_time(timedelta(hours=7))
    gateway.mood(status=400)
    write(text=DECIDED, **told)
    delivery.deliver_due()
    gateway.mood(status=503)
    write(text=DECIDED, **told)
    delivery.deliver_due()
    return lan


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_inbox_has_nothing_to_complain_about(chromium, live_server, lan, width):
    session = signed_in(lan, SessionKind.CITIZEN).cookies[project.SESSION_COOKIE_NAME].value
    with visit(chromium, width=width) as seen:
        seen.page.context.add_cookies(
            [{"name": project.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )

        seen.go(f"{live_server.url}/messages/")

        assert seen.page.get_by_role("button", name="Gửi lại").count() == 3
        if folder := os.environ.get("PICTURES"):
            seen.page.screenshot(path=f"{folder}/inbox-{width}.png", full_page=True)
        assert seen.complaints() == []

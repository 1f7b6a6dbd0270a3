"""The ministry sees which apps can be told of changes, and switches an address off and on."""

import pytest

from messaging.models import Message
from organizations.models import Membership
from partners.models import Delivery, Endpoint, EndpointSwitch
from tests.partners.listening import URL, agree, listen, new_app
from tests.world import LONG_AGO, dose
from vaxreg import db_time

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(world):
    """An app with one message that was given up; beside it one without an address."""
    new_app("Ứng dụng khác")
    made = new_app()
    agree(made, world.user("lan"), world.citizens["lan"])
    listen(made)
    dose(world)
    Delivery.objects.update(state="dead")
    return made


@pytest.fixture
def ministry(world, as_staff):
    """Phúc moved up to the ministry."""
    phuc = world.user("phuc")
    Membership.objects.create(
        user=phuc,
        organization=world.ministry,
        role=Membership.Role.OFFICER,
        since=db_time.now() - LONG_AGO,
    )
    return as_staff(phuc)


def test_the_list_says_of_each_app_how_it_stands(app, ministry, django_assert_max_num_queries):
    page = ministry.get("/partner-apps/", headers={"accept-language": "en"}).content.decode()

    for shown in ("Sổ sức khoẻ", "Ứng dụng khác", "Công ty Ví Dụ"):
        assert shown in page
    assert "Lan" not in page
    with django_assert_max_num_queries(25):
        ministry.get("/partner-apps/")


def test_an_address_is_switched_off_and_on_with_a_reason_that_stays(app, ministry, world):
    page = f"/partner-apps/{app.public_id}/"
    assert URL in ministry.get(page).content.decode()
    empty = ministry.post(page, {"off": "1", "reason": " "})
    assert (empty.status_code, Endpoint.objects.get().switched_off_at) == (422, None)

    ministry.post(page, {"off": "1", "reason": "Máy chủ bị lộ"})

    off = EndpointSwitch.objects.get()
    assert (off.is_on, off.by, off.reason) == (False, world.user("phuc"), "Máy chủ bị lộ")
    assert Endpoint.objects.get().switched_off_at
    assert "Máy chủ bị lộ" in Message.objects.get(purpose="partners.switched_off").text
    # The same form, sent from a page that was opened before.
    ministry.post(page, {"off": "1", "reason": "Máy chủ bị lộ"})
    assert EndpointSwitch.objects.count() == 1
    ministry.post(page, {"on": "1", "reason": "Đã sửa"})
    assert Endpoint.objects.get().switched_off_at is None
    shown = ministry.get(page).content.decode()
    assert "Đã sửa" in shown
    assert "Máy chủ bị lộ" in shown


def test_who_is_no_officer_of_the_ministry_sees_no_app(app, world, as_staff):
    for who in ("minh", "huong", "duc"):
        assert as_staff(world.user(who)).get("/partner-apps/").status_code == 403

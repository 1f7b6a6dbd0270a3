"""The inbox on the site: one's own messages, whole, marked when new, sent again on request."""

from datetime import timedelta

import pytest

from messaging import delivery, queries
from messaging.models import Message, State
from tests.messaging.conftest import pass_time, write
from tests.world import World

pytestmark = pytest.mark.django_db


def tell(world: World, text: str = "Đề xuất đã được duyệt", who: str = "lan", **extra) -> Message:
    user = world.user(who)
    return write(text=text, user_id=user.pk, recipient=user.phone or "+84911111111", **extra)


def test_it_shows_the_whole_text_with_diacritics_and_a_link_to_follow(world, as_citizen):
    tell(world, "Đề xuất VR-7K3M-9QXD đã được duyệt: http://sotiem.vn/corrections/VR-7K3M-9QXD/")

    page = as_citizen(world.user("lan")).get("/messages/").content.decode()

    assert "đã được duyệt" in page
    assert 'href="http://sotiem.vn/corrections/VR-7K3M-9QXD/"' in page


def test_nobody_sees_anothers_messages(world, as_citizen):
    tell(world, "cho Lan")

    assert "cho Lan" not in as_citizen(world.user("binh")).get("/messages/").content.decode()


def test_codes_work_mails_and_copies_do_not_stand_in_it(world, as_citizen):
    tell(world, "mã 123456", is_secret=True)
    tell(world, "công việc", channel="email")
    first = tell(world, "một lần")
    Message.objects.create(
        purpose="test",
        channel="sms",
        recipient=first.recipient,
        text="một lần",
        user_id=first.user_id,
        in_inbox=True,
        resent_from=first,
    )

    page = as_citizen(world.user("lan")).get("/messages/").content.decode()

    assert "123456" not in page
    assert "công việc" not in page
    assert page.count("một lần") == 1


def test_what_is_shown_is_new_once(world, as_citizen):
    tell(world)
    lan = as_citizen(world.user("lan"))
    assert queries.unread_count(world.user("lan").pk) == 1

    first, second = lan.get("/messages/"), lan.get("/messages/")

    assert "Mới" in first.content.decode()
    assert "Mới" not in second.content.decode()
    assert queries.unread_count(world.user("lan").pk) == 0


def test_it_is_paged_newest_first(world, as_citizen, settings):
    settings.SMS_PER_PHONE_A_DAY = 100
    for number in range(25):
        tell(world, f"tin số {number}.")
    lan = as_citizen(world.user("lan"))

    page = lan.get("/messages/")
    older = lan.get("/messages/" + page.context["older"])

    texts = [one.message.text for one in [*page.context["shown"], *older.context["shown"]]]
    assert texts == [f"tin số {number}." for number in reversed(range(25))]
    assert older.context["older"] == ""


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "²"])
def test_an_odd_place_to_begin_shows_the_newest(world, as_citizen, before):
    tell(world)

    page = as_citizen(world.user("lan")).get("/messages/", {"before": before})

    assert len(page.context["shown"]) == 1


def test_a_page_costs_the_same_however_many_messages_it_shows(
    world, as_citizen, django_assert_max_num_queries
):
    for number in range(20):
        tell(world, f"tin {number}")
    lan = as_citizen(world.user("lan"))
    lan.get("/messages/")

    with django_assert_max_num_queries(10):
        lan.get("/messages/")


def test_a_message_that_did_not_arrive_can_be_sent_again_and_says_so(world, as_citizen, gateway):
    gateway.mood(status=400)
    message = tell(world)
    delivery.deliver_due()
    gateway.mood()
    lan = as_citizen(world.user("lan"))
    assert "không gửi được" in lan.get("/messages/").content.decode()

    page = lan.post(f"/messages/{message.key}/again/", follow=True).content.decode()

    message.refresh_from_db()
    assert message.state == State.WAITING
    assert "đang gửi lại" in page
    delivery.deliver_due()
    assert len(gateway.sent(message)) == 1


def test_sending_again_twice_is_refused_in_words(world, as_citizen, gateway):
    gateway.mood(receipt="")
    message = tell(world)
    delivery.deliver_due()
    pass_time(timedelta(hours=7))
    lan = as_citizen(world.user("lan"))
    assert "chưa xác nhận" in lan.get("/messages/").content.decode()
    lan.post(f"/messages/{message.key}/again/")
    Message.objects.filter(resent_from=message).update(state=State.FAILED)

    page = lan.post(f"/messages/{message.key}/again/", follow=True).content.decode()

    assert "Vui lòng chờ mười phút" in page
    assert Message.objects.count() == 2


def test_anothers_message_cannot_be_sent_again(world, as_citizen):
    message = tell(world)

    assert as_citizen(world.user("binh")).post(f"/messages/{message.key}/again/").status_code == 404


def test_an_empty_inbox_says_what_it_is_for(world, as_citizen):
    page = as_citizen(world.user("lan")).get("/messages/").content.decode()

    assert "Chưa có tin nhắn" in page

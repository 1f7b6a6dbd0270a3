"""Messages that a person may do without: by a signed link, by the mail program, by the account."""

import pytest
from django.core import mail, signing
from django.test import Client

from accounts.models import User
from messaging import channels, preferences
from messaging.models import Channel, Message, Refusal

PURPOSE = "report.morning"


@pytest.fixture
def huong(world) -> User:
    return world.user("huong")


@pytest.fixture
def path(huong, settings) -> str:
    link = preferences.link(huong.pk, PURPOSE)
    prefix = f"http://{settings.SITE_DOMAIN}"
    assert link.startswith(prefix)
    return link.removeprefix(prefix)


def test_opening_the_link_changes_nothing_and_says_what_it_is_about(huong, path):
    answer = Client().get(path)

    assert answer.status_code == 200
    assert "Báo cáo buổi sáng" in answer.content.decode()
    assert not Refusal.objects.exists()


def test_the_page_switches_off_and_on_again_without_signing_in(huong, path):
    client = Client(enforce_csrf_checks=True)

    off = client.post(path, {"wanted": "0"}, follow=True)
    assert preferences.refused_at(huong.pk, PURPOSE)
    on = client.post(path, {"wanted": "1"}, follow=True)

    assert "Bật lại" in off.content.decode()
    assert "Tắt thư này" in on.content.decode()
    assert preferences.refused_at(huong.pk, PURPOSE) is None


def test_the_page_speaks_the_language_of_the_person(huong, path):
    User.objects.filter(pk=huong.pk).update(language="en")

    answer = Client().get(path)

    assert "Switch it off" in answer.content.decode()


def test_a_mail_program_unsubscribes_with_one_post_and_no_redirect(huong, path):
    answer = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert preferences.refused_at(huong.pk, PURPOSE)


def test_switching_off_twice_keeps_the_first_time(huong, path):
    Client().post(path, {"wanted": "0"})
    first = preferences.refused_at(huong.pk, PURPOSE)

    Client().post(path, {"wanted": "0"})

    assert preferences.refused_at(huong.pk, PURPOSE) == first


@pytest.mark.parametrize("token", ["x", "WyJ4Il0:bad"])
def test_a_link_that_we_did_not_sign_leads_nowhere(db, token):
    assert Client().get(f"/messages/choice/{token}/").status_code == 404
    assert Client().post(f"/messages/choice/{token}/").status_code == 404


def test_a_signed_link_about_something_that_nobody_offers_leads_nowhere(huong):
    token = signing.Signer(salt=preferences.SALT).sign_object(
        [str(huong.public_id), "sign_in.code"]
    )

    assert Client().post(f"/messages/choice/{token}/").status_code == 404
    assert not Refusal.objects.exists()


def test_only_messages_that_may_be_refused_carry_the_headers_for_it(huong, path, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    values = {"channel": Channel.EMAIL, "recipient": "huong@example.vn", "text": "…", "user": huong}

    for purpose in (PURPOSE, "correction.escalate"):
        message = Message.objects.create(purpose=purpose, subject=purpose, **values)
        channels.CHANNELS[Channel.EMAIL].deliver(message)

    report, other = mail.outbox
    address = report.extra_headers["List-Unsubscribe"].strip("<>")
    assert address.endswith(path)
    assert report.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "List-Unsubscribe" not in other.extra_headers


def test_an_officer_chooses_on_the_account_page(huong, as_staff):
    client = as_staff(huong)
    shown = client.get("/account/").content.decode()

    client.post("/account/", {"language": "vi"})
    off = preferences.refused_at(huong.pk, PURPOSE)
    client.post("/account/", {"language": "vi", f"wants_{PURPOSE}": "on"})

    assert "Báo cáo buổi sáng" in shown
    assert off is not None
    assert preferences.refused_at(huong.pk, PURPOSE) is None


def test_who_would_not_get_it_is_not_asked(world, as_staff, as_citizen):
    nurse = as_staff(world.user("minh")).get("/account/").content.decode()
    citizen = as_citizen(world.user("lan")).get("/account/").content.decode()

    assert "Báo cáo buổi sáng" not in nurse + citizen

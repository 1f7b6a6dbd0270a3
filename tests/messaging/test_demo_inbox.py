"""The demo inbox shows what was sent, and exists in the demo only."""

import pytest

from messaging import actions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_site(settings):
    settings.ROOT_URLCONF = "tests.accounts.doors"


def write(recipient: str, text: str) -> None:
    actions.send(purpose="test", channel="sms", recipient=recipient, text=text)


def test_codes_stand_apart_from_the_words_around_them(client):
    write("+84912345678", "Mã của bạn\n\n@sotiem.vn #123456")

    page = client.get("/demo/inbox/").content.decode()

    assert '<p class="big-code">123456</p>' in page
    assert "@sotiem.vn" not in page
    assert "0912 345 678" in page


def test_one_recipients_messages_can_be_picked_out(client):
    write("+84912345678", "cho Lan")
    write("+84987654321", "cho Bình")

    page = client.get("/demo/inbox/", {"to": "+84987654321"}).content.decode()

    assert "cho Bình" in page
    assert "cho Lan" not in page


def test_texts_are_shown_as_text(client):
    write("+84912345678", "<script>alert(1)</script>")

    page = client.get("/demo/inbox/").content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_an_empty_inbox_says_what_to_do(client):
    assert "Chưa có tin nhắn" in client.get("/demo/inbox/").content.decode()

"""E-mails of one digest to one person go out as one; a lone one goes out as it is."""

import threading
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import translation

from messaging import actions, delivery, digests, tasks
from messaging.models import Message, State
from messaging.quiet_hours import VIET_NAM
from vaxreg import db_time

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 11, 22, 9, 0, tzinfo=VIET_NAM)
LATER = MORNING + timedelta(minutes=10)
MINH, TUAN = "minh@example.vn", "tuan@example.vn"


@pytest.fixture(autouse=True)
def _real_mail(settings):
    settings.DEMO = False


def write(number: int, to: str = MINH, digest: str = "reminders", **extra) -> Message:
    return actions.send(
        purpose="test",
        channel="email",
        recipient=to,
        subject=f"VR-{number}",
        text=f"words of {number}",
        digest=digest,
        **extra,
    )


def test_several_lines_become_one_mail_the_oldest_first():
    with db_time.at(MORNING):
        lines = [write(number) for number in (1, 2, 3)]
        tasks.deliver_due()
        assert mail.outbox == []
    with db_time.at(LATER):
        tasks.deliver_due()

    (sent,) = mail.outbox
    assert sent.to == [MINH]
    assert sent.subject.startswith("3 tin")
    assert "VR-1" in sent.subject
    words = [sent.body.index(f"words of {number}") for number in (1, 2, 3)]
    assert words == sorted(words)
    carrier = Message.objects.get(purpose="digest.reminders")
    for line in lines:
        line.refresh_from_db()
        assert line.carried_by == carrier
        assert line.state == State.SENT
        assert line.sent_at is not None


def test_a_line_written_later_goes_along_with_the_first():
    with db_time.at(MORNING):
        write(1)
    with db_time.at(MORNING + timedelta(minutes=9)):
        write(2)
    with db_time.at(LATER):
        tasks.deliver_due()

    assert len(mail.outbox) == 1
    assert "words of 2" in mail.outbox[0].body


def test_one_line_is_the_plain_message_itself():
    with db_time.at(MORNING):
        message = write(1)
    with db_time.at(LATER):
        tasks.deliver_due()

    message.refresh_from_db()
    assert [(sent.subject, sent.body) for sent in mail.outbox] == [("VR-1", "words of 1")]
    assert message.carried_by is None
    assert message.state == State.SENT


def test_each_person_and_each_name_has_a_digest_of_its_own():
    with db_time.at(MORNING):
        write(1)
        write(2)
        write(3, to=TUAN)
        write(4, to=TUAN)
        write(5, digest="breaches")
    with db_time.at(LATER):
        tasks.deliver_due()

    told = sorted((sent.to[0], sent.subject.split(":")[0]) for sent in mail.outbox)
    assert told == [(MINH, "2 tin"), (MINH, "VR-5"), (TUAN, "2 tin")]


def test_the_subject_is_in_the_language_of_the_messages():
    with db_time.at(MORNING), translation.override("en"):
        write(1)
        write(2)
    with db_time.at(LATER):
        tasks.deliver_due()

    assert mail.outbox[0].subject == "2 messages: VR-1"


def test_a_digest_that_would_go_out_at_night_waits_for_the_morning():
    evening = MORNING.replace(hour=21, minute=55)
    with db_time.at(evening):
        write(1, may_wait=True)
    with db_time.at(evening + timedelta(hours=4)):
        write(2, may_wait=True)
        tasks.deliver_due()
        assert mail.outbox == []
    with db_time.at(MORNING.replace(hour=6) + timedelta(days=1)):
        tasks.deliver_due()

    assert len(mail.outbox) == 1
    assert mail.outbox[0].subject.startswith("2 tin")


def test_a_digest_that_is_given_up_takes_its_lines_along_and_each_can_be_resent(monkeypatch):
    def down(*args):
        raise OSError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", down)
    with db_time.at(MORNING):
        lines = [write(number) for number in (1, 2)]
    with db_time.at(LATER):
        digests.close_due_digests()
        Message.objects.update(tries=len(delivery.BACK_OFF))
        delivery.deliver_due()
    for line in lines:
        line.refresh_from_db()
        assert line.state == State.GIVEN_UP

    again = actions.resend(lines[0])

    assert again.pk == lines[0].pk
    assert (again.state, again.carried_by, again.digest) == (State.WAITING, None, "")


def test_two_bundlers_write_one_mail():
    with db_time.at(MORNING):
        write(1)
        write(2)
    with db_time.at(LATER):
        assert [digests.close_due_digests(), digests.close_due_digests()] == [1, 0]

    assert Message.objects.filter(purpose="digest.reminders").count() == 1


@pytest.mark.django_db(transaction=True)
def test_rounds_that_run_at_once_write_one_mail_to_each_person(monkeypatch):
    monkeypatch.setattr(actions, "hint", lambda *args: None)
    with db_time.at(db_time.now() - timedelta(minutes=11)):
        for number in range(12):
            write(number, to=[MINH, TUAN][number % 2])
    start = threading.Barrier(6)

    def turn() -> None:
        start.wait()
        try:
            tasks.deliver_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=turn) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tasks.deliver_due()

    assert sorted(sent.to[0] for sent in mail.outbox) == [MINH, TUAN]
    assert Message.objects.filter(state=State.SENT).count() == 14


@pytest.mark.parametrize("wrong", [{"channel": "sms"}, {"is_secret": True}])
def test_only_e_mails_without_secrets_are_bundled(wrong):
    values = {"purpose": "t", "channel": "email", "recipient": MINH, "text": "x", **wrong}

    with pytest.raises(ValueError, match="bundled"):
        actions.send(**values, digest="reminders")

"""What is printed on a card opens no record at once: who is told, who stops it, who confirms it."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from citizens import actions, link_messages, links
from citizens.access import records_of
from citizens.models import Citizen, RecordLink
from messaging.models import Message
from tests.factories.accounts import UserFactory, staff_user
from tests.factories.citizens import CitizenFactory, RecordLinkFactory
from vaxreg import db_time

PHONE = "+84912345678"
CARD: dict[str, Any] = {
    "id_number": "001188012345",
    "full_name": "Nguyễn Thị Lan",
    "date_of_birth": date(1988, 3, 27),
}
DAY = timedelta(hours=24)


@pytest.fixture
def lan(db):
    return CitizenFactory.create(**CARD, phone=PHONE)


@pytest.fixture
def stranger(db):
    """Another SIM."""
    return UserFactory.create(phone="+84900000123")


def ask(user, **facts) -> RecordLink | None:
    """Ask by card; return the link that waits, if one does."""
    with pytest.raises(actions.AskedToOpen):
        actions.open_record(user, **{**CARD, **facts})
    return RecordLink.objects.waiting().filter(user=user).first()


def asked(user, **facts) -> RecordLink:
    link = ask(user, **facts)
    assert link is not None
    return link


def later(by: timedelta):
    return db_time.at(db_time.now() + by)


@pytest.mark.parametrize("by", [timedelta(0), DAY, 2 * DAY, 30 * DAY, 365 * DAY])
def test_what_stands_on_a_card_never_opens_a_record(lan, stranger, by):
    link = asked(stranger)

    assert (link.proven_by, link.needs_confirmation) == ("id_and_birth", True)
    with later(by):
        assert not records_of(stranger).exists()


def test_the_phone_on_record_is_told_at_once_with_a_way_to_stop_it(lan, stranger):
    link = asked(stranger)

    message = Message.objects.get()
    assert (message.recipient, message.channel, message.may_wait) == (PHONE, "sms", False)
    assert "123" in message.text
    token = re.search(r"/record/not-me/([^/]+)/", message.text)
    assert token
    assert link_messages.link_of_token(token.group(1)) == link


def test_everybody_who_opens_the_record_is_told_each_once_but_not_who_asks(lan, stranger):
    mother, owner = UserFactory.create(), UserFactory.create(phone=PHONE)
    RecordLinkFactory.create(user=mother, citizen=lan, relative=True)
    RecordLinkFactory.create(user=owner, citizen=lan)
    ended = RecordLinkFactory.create(citizen=lan)
    links.end(ended, by=ended.user)

    asked(stranger)

    told = {message.recipient for message in Message.objects.filter(purpose="record.asked")}
    assert told == {PHONE, mother.phone}
    assert ended.user.phone not in told
    asked_of = Message.objects.filter(purpose="record.asked")
    (to_owner,) = [message for message in asked_of if message.recipient == PHONE]
    assert to_owner.user_id == owner.pk


def test_where_nobody_can_be_told_only_staff_open_it(stranger):
    CitizenFactory.create(**CARD, phone="")

    link = asked(stranger)

    assert link.needs_confirmation
    assert not Message.objects.exists()
    with later(timedelta(days=60)):
        assert not records_of(stranger).exists()
    links.confirm(link, by=UserFactory.create(staff=True))
    assert records_of(stranger).exists()


def test_whether_there_is_such_a_record_is_told_to_nobody(lan, stranger):
    for facts in ({}, {"id_number": "001188099999"}, {"full_name": "Ai Khác"}):
        ask(UserFactory.create(), **facts)

    assert RecordLink.objects.count() == 1


def test_a_number_that_nobody_has_proven_is_asked_for_in_vain(stranger):
    """Else a squatter would be told of the owner, and could object."""
    actions.start_record(UserFactory.create(), **CARD)

    assert ask(stranger) is None
    assert not Message.objects.exists()


def test_asking_again_makes_no_second_link_and_no_second_message(lan, stranger):
    for _ in range(3):
        ask(stranger)

    assert RecordLink.objects.count() == Message.objects.count() == 1


def test_an_objection_stops_it_for_good(lan, stranger):
    link = asked(stranger)

    links.end(link, by=None)

    assert ask(stranger) is None
    with later(2 * DAY):
        assert not records_of(stranger).exists()
    assert Message.objects.count() == 1


def test_an_objection_may_come_after_the_record_has_opened(lan, stranger):
    link = links.confirm(asked(stranger), by=staff_user(email="nurse@example.vn"))
    with later(3 * DAY):
        assert records_of(stranger).exists()
        links.end(link, by=None)
        assert not records_of(stranger).exists()


def test_whoever_asked_may_start_a_record_meanwhile(lan, stranger):
    asked(stranger)

    own = actions.start_record(stranger, full_name="Trần Bình", date_of_birth=date(1975, 1, 2))

    assert list(records_of(stranger)) == [own.citizen]
    with later(2 * DAY):
        assert list(records_of(stranger)) == [own.citizen]


def test_the_phone_on_record_still_opens_it_at_once(lan):
    owner = UserFactory.create(phone=PHONE)

    assert actions.open_record(owner, **CARD).citizen == lan
    assert not Message.objects.exists()


def test_staff_open_it_sooner_and_the_link_says_so(lan, stranger):
    nurse = UserFactory.create(staff=True)

    links.confirm(asked(stranger), by=nurse)

    link = RecordLink.objects.live().get()
    assert (link.user, link.confirmed_by, link.proven_by) == (stranger, nurse, "staff")
    with pytest.raises(links.NotWaiting):
        links.confirm(link, by=nurse)


def test_staff_open_neither_their_own_record_nor_without_a_verified_identity(lan, stranger):
    link = asked(stranger)
    mother = UserFactory.create(staff=True)
    RecordLinkFactory.create(user=mother, citizen=lan, relative=True)

    for by in (mother, UserFactory.create(staff=True, verified=False)):
        with pytest.raises(PermissionDenied):
            links.confirm(link, by=by)


def test_whoever_ended_it_themselves_is_not_confirmed(lan, stranger):
    link = asked(stranger)
    links.end(link, by=stranger)

    with pytest.raises(links.NotWaiting):
        links.confirm(link, by=UserFactory.create(staff=True))


def test_staff_open_it_although_it_was_stopped_for_a_lost_phone_locks_nobody_out(lan, stranger):
    nurse, link = UserFactory.create(staff=True), asked(stranger)
    links.end(link, by=None)
    assert list(links.asked_for(lan)) == [link]

    opened = links.confirm(link, by=nurse)

    assert opened != link
    assert (opened.confirmed_by, opened.proven_by) == (nurse, "staff")
    assert list(records_of(stranger)) == [lan]
    assert not links.asked_for(lan).exists()
    link.refresh_from_db()
    assert link.until is not None


def test_a_request_that_was_stopped_long_ago_is_gone(lan, stranger):
    link = asked(stranger)
    links.end(link, by=None)

    with later(timedelta(days=31)):
        assert not links.asked_for(lan).exists()
        with pytest.raises(links.NotWaiting):
            links.confirm(link, by=UserFactory.create(staff=True))


def test_who_has_begun_a_record_of_their_own_gets_no_second_one(lan, stranger):
    link = asked(stranger)
    links.end(link, by=None)
    actions.start_record(stranger, full_name="Trần Bình", date_of_birth=date(1975, 1, 2))

    with pytest.raises(links.HasOwnRecord):
        links.confirm(link, by=UserFactory.create(staff=True))


def test_a_relative_who_asks_with_the_persons_card_changes_nothing(lan, stranger):
    RecordLinkFactory.create(user=stranger, citizen=lan, relative=True)

    assert ask(stranger) is None
    assert RecordLink.objects.count() == 1


def test_strangers_cannot_spend_the_tries_of_the_owner(lan):
    """Neither wrong answers nor requests by card keep the phone on record, or a new record, out."""
    for number in range(20):
        with pytest.raises(actions.NoMatch):
            actions.open_record(UserFactory.create(), id_number=CARD["id_number"])
        ask(UserFactory.create(phone=f"+8490000{number:04}"))
    with pytest.raises(actions.TooManyTries):
        actions.open_record(UserFactory.create(), **CARD)

    assert actions.open_record(UserFactory.create(phone=PHONE), **CARD).citizen == lan
    assert actions.start_record(UserFactory.create(), **CARD).citizen != lan


@pytest.mark.parametrize(
    ("mine", "others", "may"),
    [
        ("phone_and_id", "id_and_birth", True),
        ("phone_and_id", "phone_and_birth", True),
        ("id_and_birth", "phone_and_id", False),
        ("id_and_birth", "id_and_birth", True),
        ("phone_and_id", "staff", False),
        ("staff", "staff", True),
    ],
)
def test_a_link_is_ended_by_whoever_proved_as_much(lan, mine, others, may):
    me = RecordLinkFactory.create(citizen=lan, proven_by=mine).user
    other = RecordLinkFactory.create(citizen=lan, proven_by=others)

    assert links.may_end(me, other) == may


def test_everybody_may_end_their_own_link_and_strangers_none(lan):
    link = RecordLinkFactory.create(citizen=lan, proven_by="staff")

    assert links.may_end(link.user, link)
    assert not links.may_end(UserFactory.create(), link)


def test_a_merged_record_is_one_record_for_its_links(lan, stranger):
    part = CitizenFactory.create(merged_into=lan, id_number=None, phone="+84900000777")

    link = asked(stranger)

    assert {message.recipient for message in Message.objects.all()} == {PHONE, part.phone}
    assert list(links.asked_for(part)) == [link]


@pytest.mark.parametrize("token", ["", "1", "1:abc:def", "x" * 300])
def test_a_made_up_token_names_nothing(db, token):
    assert link_messages.link_of_token(token) is None


def test_a_token_is_good_for_thirty_days(lan, stranger, monkeypatch):
    token = link_messages.objection_token(asked(stranger))
    monkeypatch.setattr(link_messages, "OBJECT_WITHIN", timedelta(seconds=-1))

    assert link_messages.link_of_token(token) is None


def test_the_database_keeps_a_link_from_ending_before_it_was_asked_for(lan, stranger):
    link = asked(stranger)

    with pytest.raises(IntegrityError), transaction.atomic():
        RecordLink.objects.filter(pk=link.pk).update(until=link.asked_at - timedelta(seconds=1))
    assert Citizen.objects.count() == 1


@pytest.mark.parametrize(
    ("proof", "relation"),
    [
        ("phone_and_id", "self"),
        ("phone_and_birth", "self"),
        ("phone_and_birth", "guardian"),
        ("vneid", "self"),
        ("staff", "guardian"),
    ],
)
def test_every_new_link_tells_the_phone_on_record_and_the_others_at_once(
    lan, stranger, proof, relation
):
    record = lan if relation == "self" else CitizenFactory.create(child=True, phone=PHONE)
    mother = UserFactory.create(language="en")
    kind = {"relative": True} if relation == "self" else {"guardian": True}
    RecordLinkFactory.create(user=mother, citizen=record, **kind)

    link = links.make(stranger, record, proof, relation)
    links.make(stranger, record, proof, relation)

    told = {one.recipient: one for one in Message.objects.all()}
    assert set(told) == {PHONE, mother.phone}
    assert {(one.purpose, one.channel) for one in told.values()} == {("record.opened", "sms")}
    assert link_messages.objection_token(link).split(":")[0] in told[str(mother.phone)].text
    assert CARD["full_name"] not in told[str(mother.phone)].text


def test_whoever_opens_a_record_of_their_own_phone_or_starts_one_gets_no_message(lan):
    owner = UserFactory.create(phone=PHONE)

    links.make(owner, lan, "phone_and_id", "self")
    actions.start_record(
        owner, full_name="Lê Minh Anh", date_of_birth=date(2012, 9, 1), relation="guardian"
    )

    assert not Message.objects.exists()


def test_a_stopped_link_that_staff_make_anew_tells_again(lan, stranger):
    link = asked(stranger)
    links.end(link, by=None)

    links.confirm(link, by=UserFactory.create(staff=True))

    assert [one.purpose for one in Message.objects.order_by("pk")] == [
        "record.asked",
        "record.opened",
    ]


def test_an_account_without_a_phone_is_told_of_as_one_with_vneid(lan):
    by_vneid = UserFactory.create(phone=None, phone_verified=False, has_vneid=True)

    links.make(by_vneid, lan, "staff", "self")

    text = Message.objects.get().text
    assert "VNeID" in text
    assert "đuôi" not in text

"""An adult agrees that a relative opens the record: by a code, in the own account, at a counter."""

import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import User
from citizens import links
from citizens.access import records_of
from citizens.actions import TooManyTries
from citizens.family import consent
from citizens.models import Citizen, Consent, ConsentRequest, RecordLink
from corrections import actions, outbox
from corrections.actions import filing
from corrections.actions.filing import Claim
from corrections.models import OutboxRow
from messaging.models import Message
from tests import world as worlds
from tests.factories.accounts import UserFactory, verify_again
from tests.factories.citizens import CitizenFactory, RecordLinkFactory
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db

PHONE = "+84905555100"
NAME, BORN = "Hồ Thị Già", date(1950, 3, 1)
OTHER_CODE = "000000"


@pytest.fixture
def mother() -> Citizen:
    return CitizenFactory.create(full_name=NAME, date_of_birth=BORN, phone=PHONE)


@pytest.fixture
def daughter() -> User:
    return UserFactory.create(phone="+84905555200", full_name="Lê Thị Hoa")


def ask(user: User, **changed) -> ConsentRequest:
    return consent.ask(
        user, **({"full_name": NAME, "date_of_birth": BORN, "phone": PHONE} | changed)
    )


def sent_to(phone: str, purpose: str = "") -> list[str]:
    found = Message.objects.order_by("pk")
    return [one.text for one in found if one.recipient == phone and purpose in ("", one.purpose)]


def code_in(text: str) -> str:
    found = re.search(r"\b\d{6}\b", text)
    assert found
    return found.group()


def test_the_code_of_the_phone_on_record_opens_it_for_a_year_and_tells_both(mother, daughter):
    request = ask(daughter)
    assert not records_of(daughter).exists()
    (message,) = sent_to(PHONE)
    assert "200" in message

    link = consent.check_code(request, code_in(message)).link

    assert link is not None
    assert list(records_of(daughter)) == [mother]
    assert (link.relation, link.proven_by) == ("relative", "consent")
    assert link.ends_at is not None
    assert timedelta(days=364) < link.ends_at - link.since <= timedelta(days=366)
    assert (link.consent.way, link.consent.by) == ("code", daughter)
    assert len(sent_to(PHONE, "record.opened")) == len(sent_to(daughter.phone)) == 1
    with db_time.at(link.ends_at):
        assert not records_of(daughter).exists()


def test_the_code_is_kept_as_a_hash_and_its_message_is_secret(mother, daughter):
    request = ask(daughter)

    message = Message.objects.get(purpose="record.consent_code")
    assert message.is_secret
    assert code_in(message.text) not in request.code_hash


@pytest.mark.parametrize(
    "changed",
    [
        {"full_name": "Hồ Thị Khác"},
        {"date_of_birth": date(1950, 3, 2)},
        {"phone": "+84905555101"},
        {"phone": ""},
        # The phone on record is the asker's own: it proves nothing about the adult.
        {"own_phone": True},
    ],
)
def test_without_a_fitting_record_or_phone_no_code_is_right_and_nothing_is_told(
    mother, daughter, changed
):
    if changed.pop("own_phone", False):
        Citizen.objects.filter(pk=mother.pk).update(phone=daughter.phone)
        changed = {"phone": daughter.phone}

    request = ask(daughter, **changed)

    assert not Message.objects.exists()
    checked = [consent.check_code(request, f"{number:06}") for number in range(consent.TRIES)]
    assert [one.tries_left for one in checked] == [4, 3, 2, 1, 0]
    with pytest.raises(consent.NotOpen):
        consent.check_code(request, OTHER_CODE)
    assert not RecordLink.objects.exists()


def test_five_wrong_codes_close_the_right_one_too(mother, daughter):
    request = ask(daughter)
    right = code_in(sent_to(PHONE)[0])
    wrong = "111111" if right != "111111" else "222222"
    for _try in range(consent.TRIES):
        assert consent.check_code(request, wrong).link is None

    with pytest.raises(consent.NotOpen):
        consent.check_code(request, right)


def test_a_code_is_good_for_a_day_and_once(mother, daughter):
    late, request = ask(daughter), ask(daughter)
    first, second = (code_in(text) for text in sent_to(PHONE))

    with pytest.raises(consent.NotOpen):
        # Asked again: the first code is replaced.
        consent.check_code(late, first)
    with (
        db_time.at(db_time.now() + timedelta(hours=24, minutes=1)),
        pytest.raises(consent.NotOpen),
    ):
        consent.check_code(request, second)
    assert consent.check_code(request, second).link
    with pytest.raises(consent.NotOpen):
        consent.check_code(request, second)


def test_requests_and_codes_are_limited(mother, daughter):
    for _number in range(5):
        ask(daughter)
    with pytest.raises(TooManyTries):
        ask(daughter)

    ask(UserFactory.create())
    assert len(sent_to(PHONE, "record.consent_code")) == 3


def test_a_child_and_a_record_that_is_open_already_are_not_asked_for(mother, daughter):
    with pytest.raises(consent.IsChild):
        ask(daughter, date_of_birth=date(2015, 1, 1))
    RecordLinkFactory.create(user=daughter, citizen=mother)

    with pytest.raises(consent.OpenAlready):
        ask(daughter)


def test_the_adult_agrees_in_the_own_account_until_a_day(mother, daughter):
    account = UserFactory.create(phone="+84905555300")
    RecordLinkFactory.create(user=account, citizen=mother)
    request = ask(daughter)
    day = consent.latest_day() - timedelta(days=200)
    assert len(sent_to(account.phone, "record.consent_asked")) == 1

    assert list(consent.requests_to(account, mother)) == [request]
    link = consent.agree(request, by=account, last_day=day)

    assert link.ends_at == consent._end_of(day)
    assert (link.consent.way, link.consent.by) == ("account", account)


def test_the_adult_refuses_and_nobody_else_answers(mother, daughter):
    account = UserFactory.create()
    RecordLinkFactory.create(user=account, citizen=mother)
    request = ask(daughter)

    for by in (daughter, UserFactory.create()):
        with pytest.raises(PermissionDenied):
            consent.agree(request, by=by)
    consent.refuse(request, by=account)

    with pytest.raises(consent.NotOpen):
        consent.agree(request, by=account)
    assert not records_of(daughter).exists()


@pytest.mark.parametrize("who", ["owner", "relative"])
def test_both_can_end_it_and_the_other_one_is_told(mother, daughter, who):
    account = UserFactory.create(phone=PHONE)
    RecordLinkFactory.create(user=account, citizen=mother, proven_by="phone_and_birth")
    link = consent.agree(ask(daughter), by=account)
    by, other = (account, daughter) if who == "owner" else (daughter, account)
    Message.objects.all().delete()

    assert links.may_end(by, link)
    links.end(link, by=by)

    assert not records_of(daughter).exists()
    assert (len(sent_to(other.phone)), sent_to(by.phone)) == (1, [])


def test_a_relative_ends_no_link_but_the_own(mother, daughter):
    owner = RecordLinkFactory.create(citizen=mother, proven_by="phone_and_birth")
    brother = RecordLinkFactory.create(citizen=mother, relative=True)
    RecordLinkFactory.create(user=daughter, citizen=mother, relative=True, proven_by="staff")

    assert not links.may_end(daughter, owner)
    assert not links.may_end(daughter, brother)


def test_an_agreement_is_renewed_and_one_link_stands(mother, daughter):
    first = consent.check_code(ask(daughter), code_in(sent_to(PHONE)[-1])).link
    request = ask(daughter)
    second = consent.check_code(request, code_in(sent_to(PHONE, "record.consent_code")[-1])).link

    assert second is not None
    assert second != first
    assert RecordLink.objects.live().get(user=daughter) == second


def test_staff_record_it_at_the_counter_with_the_paper(world: World, daughter):
    lan = world.citizens["lan"]
    request = ask(daughter, full_name=lan.full_name, date_of_birth=lan.date_of_birth, phone="")

    link = consent.record_at_counter(
        request, paper="cccd", by=world.user("minh"), by_organization=world.buoi
    )

    said = link.consent
    assert (said.way, said.paper, said.by, said.by_organization) == (
        "counter",
        "cccd",
        world.user("minh"),
        world.buoi,
    )
    assert (link.proven_by, link.confirmed_by) == ("staff", world.user("minh"))
    assert len(sent_to(str(lan.phone), "record.opened")) == 1


@pytest.mark.parametrize("case", ["unverified", "own", "asker", "family of the asker", "no paper"])
def test_the_counter_refuses_who_is_partial_or_unknown(world: World, daughter, case):
    lan, minh = world.citizens["lan"], world.user("minh")
    request = ask(daughter, full_name=lan.full_name, date_of_birth=lan.date_of_birth)
    request = ask(daughter, full_name=lan.full_name, date_of_birth=lan.date_of_birth, phone="")
    if case == "unverified":
        minh = UserFactory.create(staff=True, verified=False)
    elif case == "own":
        verify_again(minh, id_number=lan.id_number)
    elif case == "asker":
        verify_again(minh, phone=daughter.phone)
    elif case == "family of the asker":
        own = RecordLinkFactory.create(user=daughter)
        RecordLinkFactory.create(user=minh, citizen=own.citizen, relative=True)

    refusal = ValidationError if case == "no paper" else PermissionDenied
    with pytest.raises(refusal), transaction.atomic():
        consent.record_at_counter(
            request,
            paper="" if case == "no paper" else "cccd",
            by=minh,
            by_organization=world.buoi,
        )
    assert not records_of(daughter).contains(lan)


def tell_all() -> None:
    """Do the errands of a filing: the route, and what it leaves."""
    while rows := list(OutboxRow.objects.filter(done_at=None).values_list("pk", flat=True)):
        for key in rows:
            outbox.do(key)


def test_a_relative_files_and_the_adult_is_told_who_did(world: World, daughter):
    lan = world.citizens["lan"]
    RecordLinkFactory.create(user=daughter, citizen=lan, relative=True)
    claim = Claim({"vaccine": "PF"}, dose=worlds.dose(world))
    Message.objects.all().delete()

    filed = filing.file(by=daughter, citizen=lan, key="k", claims=[claim])
    tell_all()

    (told,) = sent_to(str(lan.phone))
    assert filed.corrections.get().reference in told
    assert "200" in told
    assert len(sent_to(daughter.phone, "correction.received")) == 1


def test_after_the_end_the_adult_hears_of_what_the_relative_filed(world: World, daughter):
    lan = world.citizens["lan"]
    link = RecordLinkFactory.create(user=daughter, citizen=lan, relative=True)
    claim = Claim({"vaccine": "PF"}, dose=worlds.dose(world))
    case = filing.file(by=daughter, citizen=lan, key="k", claims=[claim]).corrections.get()
    tell_all()
    links.end(link, by=world.user("lan"))

    actions.accept(case, by=world.user("minh"))
    tell_all()

    assert len(sent_to(str(lan.phone), "correction.decided")) == 1
    assert sent_to(daughter.phone, "correction.decided") == []


def test_a_guardian_who_files_tells_nobody_else(world: World):
    claim = Claim({"vaccine": "AZ"}, dose=worlds.dose(world, "child", vaccine=world.pfizer))

    filing.file(by=world.user("lan"), citizen=world.citizens["child"], key="k", claims=[claim])
    tell_all()

    assert [one.purpose for one in Message.objects.all()] == ["correction.received"]


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"ends_at": None}, "record_link_consent_ends"),
        ({"ends_at": F("since") + timedelta(days=368)}, "record_link_consent_ends"),
        ({"ends_at": F("since")}, "record_link_consent_ends"),
        ({"relation": "self", "proven_by": "staff"}, "record_link_own_has_no_end"),
        ({"relation": "self", "ends_at": None}, "record_link_consent_of_an_adult"),
    ],
)
def test_the_database_keeps_agreements_within_their_bounds(values, constraint):
    link = RecordLinkFactory.create(relative=True)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RecordLink.objects.filter(pk=link.pk).update(**values)


def test_an_agreement_that_was_given_is_never_rewritten(mother, daughter):
    consent.check_code(ask(daughter), code_in(sent_to(PHONE)[0]))

    for change in (lambda: Consent.objects.update(way="account"), Consent.objects.all().delete):
        with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
            change()


def test_old_requests_are_forgotten_and_agreements_are_kept(mother, daughter):
    consent.check_code(ask(daughter), code_in(sent_to(PHONE)[0]))

    with db_time.at(db_time.now() + timedelta(days=31)):
        assert consent.purge() == 1
    assert Consent.objects.count() == 1

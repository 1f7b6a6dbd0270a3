"""The hotline reads out a one-time code to a caller who gets none, and to nobody else."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.models import SignInCode, User
from citizens.models import Citizen, RecordLink
from hotline import spoken_codes
from hotline.models import CallerCheck, SpokenCode
from messaging.models import Message
from organizations.models import Membership
from tests.conftest import SignIn
from tests.hotline.callers import FROM_THE_CARD, MORE, called
from tests.pages import in_english, text_of
from tests.world import World
from vaxreg import db_time

LAN = "+84912345678"
TYPED = "0912 345 678"


def spoken(page: str) -> str:
    found = re.search(r"\b(\d{4}) (\d{4})\b", page.partition("hotline-code")[2])
    assert found, page
    return found[1] + found[2]


def give(mai: Client, page: str, number: str = "091****678"):
    return mai.post(f"{page}code/", {"number": number})


def a_call(world: World, *, citizen: str = "lan", beyond_card: bool = True) -> CallerCheck:
    return CallerCheck.objects.create(
        agent=world.user("mai"),
        citizen=world.citizens[citizen],
        facts=["phone", "dose_date"],
        passed=True,
        beyond_card=beyond_card,
        at=db_time.now(),
    )


def given(world: World, phone: str = LAN) -> str:
    code = spoken_codes.give(a_call(world), phone, by=world.user("mai"))
    return code.code.replace(" ", "")


def signs_in(code: str, phone: str = TYPED, client: Client | None = None):
    client = client or in_english(Client())
    client.post("/sign-in/", {"phone": phone, "told": "1"})
    return client.post("/sign-in/code/", {"code": code})


def test_an_agent_reads_out_a_code_and_the_caller_signs_in_with_it(world, as_staff: SignIn):
    mai, page = called(world, as_staff, MORE)
    shown = mai.get(f"{page}code/").content.decode()
    answer = give(mai, page).content.decode()

    entered = signs_in(spoken(answer))

    assert "091****678" in shown
    assert "0912345678" not in shown + answer
    assert entered.headers["Location"] == "/record/"
    row = SpokenCode.objects.get()
    assert (row.agent, row.account, row.call.citizen) == (
        *(world.user("mai"), world.user("lan")),
        world.citizens["lan"],
    )
    told = Message.objects.to(LAN).get(purpose=spoken_codes.PURPOSE)
    assert told.in_inbox
    assert "1900 9095" in told.text
    assert spoken(answer) not in told.text
    assert "one-time code" in told.other_languages["en"]


def test_the_code_works_where_an_sms_was_asked_for(world):
    client = in_english(Client())
    client.post("/sign-in/", {"phone": TYPED})

    answer = client.post("/sign-in/code/", {"code": given(world)})

    assert answer.headers["Location"] == "/record/"


def test_no_code_is_sent_to_whoever_has_one(world):
    in_english(client := Client()).post("/sign-in/", {"phone": TYPED, "told": "1"})

    page = text_of(client.get("/sign-in/code/"))

    assert "Enter the code from the hotline" in page
    assert not Message.objects.exists()


def test_the_code_page_says_that_the_hotline_can_give_one(world):
    in_english(client := Client()).post("/sign-in/", {"phone": TYPED})

    page = text_of(client.get("/sign-in/code/"))

    assert re.search(r"Call 1900 9095 .*they read out a code", page)


@pytest.mark.parametrize("answers", [FROM_THE_CARD])
def test_a_caller_known_by_a_card_gets_none(world, as_staff: SignIn, answers):
    mai, page = called(world, as_staff, answers)

    shown = text_of(mai.get(f"{page}code/"))
    refused = give(mai, page)

    assert "Whoever found the card" in shown
    assert refused.status_code == 403
    assert not SignInCode.objects.exists()
    with pytest.raises(PermissionDenied):
        spoken_codes.give(a_call(world, beyond_card=False), LAN, by=world.user("mai"))


@pytest.mark.parametrize("who", ["minh", "huong", "lan"])
def test_nobody_but_an_agent_gives_one(world, who):
    with pytest.raises(PermissionDenied):
        spoken_codes.give(a_call(world), LAN, by=world.user(who))


@pytest.mark.parametrize("number", ["", "0912345678", "+84912345678", "098****321", "x"])
def test_a_number_that_is_not_of_the_record_is_refused_beside_the_field(
    world, as_staff: SignIn, number
):
    mai, page = called(world, as_staff, MORE)

    assert give(mai, page, number).status_code == 422
    assert not SpokenCode.objects.exists()


def test_the_numbers_of_other_people_are_none_of_the_record(world):
    mai = world.user("mai")
    for phone in ("+84987654321", str(world.user("binh").phone), "+842438253531"):
        with pytest.raises(PermissionDenied):
            spoken_codes.give(a_call(world), phone, by=mai)


def test_the_phone_of_a_mother_on_the_record_of_a_child_opens_not_her_account(world):
    lan = world.citizens["lan"]
    child = Citizen.objects.exclude(pk=lan.pk).exclude(links__user=world.user("lan")).first()
    assert child is not None
    Citizen.objects.filter(pk=child.pk).update(phone=LAN)
    child.refresh_from_db()

    assert LAN not in spoken_codes.phones(child)
    assert spoken_codes.phones(lan)[0] == LAN


def test_an_account_that_opens_the_record_as_a_guardian_only_gets_none(world):
    friend = User.objects.create_user(phone="+84905555123", phone_verified=True)
    RecordLink.objects.create(
        user=friend,
        citizen=world.citizens["child"],
        relation=RecordLink.Relation.GUARDIAN,
        proven_by=RecordLink.Proof.STAFF,
    )

    assert friend.phone not in spoken_codes.phones(world.citizens["child"])


def test_a_number_on_record_without_an_account_gets_one_that_proves_no_phone(world):
    lan = world.citizens["lan"]
    Citizen.objects.filter(pk=lan.pk).update(phone="+84905555124")
    lan.refresh_from_db()

    answer = signs_in(given(world, "+84905555124"), "0905 555 124")

    assert answer.status_code == 302
    assert User.objects.get(phone="+84905555124").phone_verified is False


def test_a_shut_account_gets_none(world):
    User.objects.filter(phone=LAN).update(is_active=False)

    assert spoken_codes.phones(world.citizens["lan"]) == []


def test_a_code_works_once_for_ten_minutes_and_for_one_number(world):
    code = given(world)

    assert signs_in(code, "0987 654 321").status_code == 422
    with db_time.at(db_time.now() + timedelta(minutes=10, seconds=1)):
        assert signs_in(code).status_code == 422
    assert signs_in(code).status_code == 302
    assert signs_in(code).status_code == 422


def test_a_newer_code_ends_the_older_one(world):
    older, newer = given(world), given(world)

    assert signs_in(older).status_code == 422
    assert signs_in(newer).status_code == 302


def test_five_wrong_guesses_end_it(world, settings):
    code = given(world)
    wrong = f"{(int(code) + 1) % 10**8:08}"

    assert {signs_in(wrong).status_code for _ in range(5)} == {422}
    assert signs_in(code).status_code == 422


def test_whoever_guesses_learns_not_whether_a_code_was_given(world):
    given(world)
    words = []
    for phone in (TYPED, "0987 654 321", "0905 999 888"):
        client = in_english(Client())
        tries = [text_of(signs_in("00000000", phone, client)) for _ in range(6)]
        words.append([one.replace(phone, "…") for one in tries])

    assert words[0] == words[1] == words[2]
    assert "The hotline can give another" in words[0][0]


def test_the_code_is_stored_nowhere_in_the_clear_and_the_row_stays(world):
    code = given(world)

    assert code not in str(list(SignInCode.objects.values()))
    assert not Message.objects.filter(text__contains=code).exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        SpokenCode.objects.update(at=db_time.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        SpokenCode.objects.all().delete()


def test_a_number_gets_three_codes_in_a_day(world, as_staff: SignIn):
    mai, page = called(world, as_staff, MORE)

    answers = [give(mai, page).status_code for _ in range(4)]

    assert answers == [200, 200, 200, 429]


def test_an_agent_gives_so_many_in_an_hour(world, as_staff: SignIn, monkeypatch):
    monkeypatch.setattr(spoken_codes, "PER_AGENT", [(1, timedelta(hours=1))])
    given(world)

    with pytest.raises(spoken_codes.TooManyCodes):
        given(world)


def test_the_message_about_it_stands_in_the_log_of_the_caller(world, as_staff: SignIn):
    mai, page = called(world, as_staff, MORE)
    give(mai, page)

    assert "The hotline gave a one-time code" in text_of(mai.get(page))


def test_an_agent_whose_work_has_ended_gives_none_in_the_running_call(world, as_staff: SignIn):
    mai, page = called(world, as_staff, MORE)

    Membership.objects.filter(user=world.user("mai")).update(until=db_time.now())

    assert give(mai, page).status_code == 403
    assert not SpokenCode.objects.exists()


def test_a_call_that_is_over_gives_none(world, as_staff: SignIn):
    mai, page = called(world, as_staff, MORE)
    mai.post("/hotline/end/")

    assert give(mai, page).headers["Location"] == "/hotline/"
    assert not SpokenCode.objects.exists()

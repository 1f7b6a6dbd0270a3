"""Following without signing in: who finds, who does not, what is learned, how often one may try."""

import re
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from django.core.files.storage import InMemoryStorage
from django.test import Client
from django.utils import translation

from accounts.models import Attempt
from corrections import actions, sweep
from corrections.actions import filing
from corrections.actions.filing import Claim
from corrections.lifecycle import Status
from corrections.models import Draft, Filing, FilingChannel
from corrections.photos.evidence import store
from corrections.reference import check_character, read_reference
from messaging.models import Message
from organizations.models import Membership
from portal import following
from tests import world as worlds
from tests.cases import file_one, make_overdue
from vaxreg import db_time
from vaxreg.photos.cleaning import Picture

UNKNOWN = "VR-2222-222" + check_character("2222222")
GROUND = "photo_blurred"
VALUES = {"vaccine": "PF", "lot": "ZZLOT99", "given_on": "2021-09-17"}
LANS, BINHS = "5678", "4321"


@pytest.fixture
def anybody():
    return Client()


def ask(client, reference, digits, **more):
    return client.post("/follow/", {"reference": reference, "digits": digits}, **more)


def read(client, reference, digits=LANS):
    return client.get(ask(client, reference, digits)["Location"]).content.decode()


def without_noise(answer, reference):
    """Return body and headers without what is new in every answer."""
    body = answer.content.decode().replace(reference, "CODE")
    body = re.sub(r'(nonce|data-csrf|value|data-now)="[^"]{20,}"', r'\1="…"', body)
    headers = {name: re.sub(r"nonce-[^']+", "", text) for name, text in answer.headers.items()}
    return answer.status_code, body, headers


@pytest.mark.parametrize(
    ("typed", "digits", "finds"),
    [
        ("{0}", LANS, True),
        ("{0}", "5 6 7 8", True),
        ("{0}", "0912 345 678", True),
        ("{0}", "+84912345678", True),
        ("  {1} ", LANS, True),
        ("{2}", LANS, True),
        ("{0}", BINHS, False),
        ("{0}", "5679", False),
        ("{0}", "678", False),
        ("{0}", "", False),
        ("{0}", "----", False),
        ("", LANS, False),
        ("{0}X", LANS, False),
        ("VR", LANS, False),
        (UNKNOWN, LANS, False),
        ("%", LANS, False),
        ("VR-\x00", LANS, False),
    ],
)
def test_only_reference_and_digits_together_find(correction, anybody, typed, digits, finds):
    code = correction.reference
    spelled = typed.format(code, code.lower().replace("-", " "), code.removeprefix("VR-"))

    answer = ask(anybody, spelled, digits)

    assert answer.status_code == (302 if finds else 422)


def test_anothers_digits_find_anothers_case_only(world, anybody):
    lans, binhs = file_one(world), file_one(world, whose="binh", key="key-2")

    found = [
        (case, digits)
        for case in (lans, binhs)
        for digits in (LANS, BINHS)
        if following.find(case.reference, digits)
    ]

    assert found == [(lans, LANS), (binhs, BINHS)]


def test_a_filer_without_a_phone_is_found_under_no_digits(world, correction):
    world.user("lan").refresh_from_db()
    type(world.user("lan")).objects.filter(pk=world.user("lan").pk).update(
        phone=None, email="lan@example.vn", phone_verified=False
    )

    assert following.find(correction.reference, LANS) is None
    assert following.find(correction.reference, following.NOTHING) is None


def test_a_callers_case_is_found_by_the_callers_phone_only(correction):
    Filing.objects.filter(pk=correction.filing_id).update(
        channel="hotline", told_at=correction.received_at, contact_phone="+84903111222"
    )

    assert following.find(correction.reference, "1222") == correction
    assert following.find(correction.reference, LANS) is None


def test_unknown_and_wrong_get_the_same_answer(correction, anybody):
    assert read_reference(UNKNOWN) == UNKNOWN

    wrong, unknown = ask(anybody, correction.reference, "0000"), ask(Client(), UNKNOWN, "0000")

    assert without_noise(wrong, correction.reference) == without_noise(unknown, UNKNOWN)
    assert len(wrong.content) == len(unknown.content)


def test_unknown_and_wrong_ask_the_database_the_same(
    correction, anybody, django_assert_num_queries
):
    with django_assert_num_queries(1):
        following.find(correction.reference, "0000")
    with django_assert_num_queries(1):
        following.find(UNKNOWN, "0000")


@pytest.mark.parametrize("exists", [True, False])
def test_after_five_wrong_tries_a_code_is_closed_for_a_day(correction, exists):
    reference = correction.reference if exists else UNKNOWN

    answers = [ask(Client(), reference, "0000").status_code for _ in range(6)]
    right = ask(Client(), reference, LANS)

    assert answers == [422] * 5 + [429]
    assert right.status_code == 429
    assert int(right["Retry-After"]) > 23 * 3600
    with db_time.at(db_time.now() + timedelta(days=1, seconds=1)):
        assert ask(Client(), reference, LANS).status_code == (302 if exists else 422)


def test_the_closed_page_is_the_same_for_codes_that_exist_and_that_do_not(correction):
    now = db_time.now()
    pages = []

    for reference in (correction.reference, UNKNOWN):
        with db_time.at(now):
            for _ in range(5):
                ask(Client(), reference, "0000")
            pages.append(without_noise(ask(Client(), reference, "0000"), reference))

    assert pages[0] == pages[1]
    assert pages[0][0] == 429


def test_right_answers_count_against_nobody(correction, anybody):
    answers = {ask(anybody, correction.reference, LANS).status_code for _ in range(12)}

    assert answers == {302}
    assert not Attempt.objects.filter(purpose__startswith="follow").exists()


def test_a_right_answer_does_not_wash_wrong_ones_away(correction, anybody):
    for digits in ("0000", "0001", "0002", "0003", LANS, "0004"):
        ask(Client(), correction.reference, digits)

    assert ask(anybody, correction.reference, LANS).status_code == 429


def test_strangers_lock_no_browser_that_found_it_before(correction, anybody):
    ask(anybody, correction.reference, LANS)
    for n in range(6):
        ask(Client(), correction.reference, f"000{n}")

    assert ask(Client(), correction.reference, LANS).status_code == 429
    assert ask(anybody, correction.reference, LANS).status_code == 302


def test_strangers_lock_no_browser_in_which_its_number_signed_in(correction, settings):
    hers = Client()
    hers.post("/sign-in/", {"phone": "0912345678"})
    code = Message.objects.to("+84912345678").order_by("-pk")[0].text[-6:]
    hers.post("/sign-in/code/", {"code": code})
    hers.post("/sign-out/")
    for n in range(6):
        ask(Client(), correction.reference, f"000{n}")

    assert ask(hers, correction.reference, LANS).status_code == 302


def test_who_is_locked_signs_in_with_the_number_and_follows(correction, world, as_citizen):
    filed = correction.filing
    filed.channel, filed.told_at = FilingChannel.HOTLINE, filed.received_at
    filed.contact_phone = str(world.user("binh").phone)
    filed.save()
    for n in range(6):
        locked = ask(Client(), correction.reference, f"000{n}")
    client = as_citizen(world.user("binh"))

    back = f"/follow/?ref={correction.reference}"

    assert f"/sign-in/?next={quote(back)}" in locked.content.decode()
    assert client.get(back).status_code == 302
    assert ask(client, correction.reference, "0000").status_code == 302


def test_one_address_cannot_walk_through_codes(correction, anybody, monkeypatch):
    monkeypatch.setattr(following, "WRONG_FROM_ADDRESS", [(3, timedelta(hours=1))])
    bodies = ("2222223", "2222224", "2222225")
    codes = [f"VR-{body[:4]}-{body[4:]}{check_character(body)}" for body in bodies]

    for code in codes:
        assert ask(anybody, code, "0000").status_code == 422

    assert ask(anybody, correction.reference, LANS).status_code == 429
    assert ask(anybody, correction.reference, LANS, REMOTE_ADDR="10.9.8.7").status_code == 302


def test_all_wrong_tries_together_have_a_budget(correction, anybody, monkeypatch):
    monkeypatch.setattr(following, "WRONG_IN_HOUR", [(1, timedelta(hours=1))])
    ask(anybody, UNKNOWN, "0000", REMOTE_ADDR="10.1.1.1")

    answer = ask(anybody, correction.reference, LANS, REMOTE_ADDR="10.9.8.7")

    assert answer.status_code == 429


def test_a_slip_of_the_keyboard_costs_no_try(correction, anybody):
    ask(anybody, "VR-7K", LANS)
    ask(anybody, correction.reference, "56")

    assert not Attempt.objects.filter(purpose__startswith="follow").exists()


def test_the_address_of_the_page_holds_neither_code_nor_digits(correction, anybody):
    answer = ask(anybody, correction.reference, LANS)

    assert re.fullmatch(r"/follow/[0-9a-f-]{36}/", answer["Location"])
    assert str(correction.public_id) not in answer["Location"]


def test_the_page_is_kept_by_nobody(correction, anybody):
    page = anybody.get(ask(anybody, correction.reference, LANS)["Location"])

    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex">' in page.content.decode()


def test_the_address_opens_nothing_in_another_browser(correction, anybody):
    where = ask(anybody, correction.reference, LANS)["Location"]

    answer = Client().get(where)

    assert (answer.status_code, answer["Location"]) == (302, "/follow/")


def test_the_page_closes_after_an_hour(correction, anybody):
    where = ask(anybody, correction.reference, LANS)["Location"]

    with db_time.at(db_time.now() + timedelta(minutes=59)):
        assert anybody.get(where).status_code == 200
    with db_time.at(db_time.now() + timedelta(minutes=60)):
        assert anybody.get(where).status_code == 302


def test_done_closes_the_page_on_this_device(correction, anybody):
    where = ask(anybody, correction.reference, LANS)["Location"]

    anybody.post(where)

    assert anybody.get(where).status_code == 302


def test_two_cases_are_followed_side_by_side(world, anybody):
    first, second = file_one(world), file_one(world, whose="binh", key="key-2")
    here = ask(anybody, first.reference, LANS)["Location"]
    there = ask(anybody, second.reference, BINHS)["Location"]

    assert first.reference in anybody.get(here).content.decode()
    assert second.reference in anybody.get(there).content.decode()


def test_the_code_of_a_link_is_filled_in(correction, anybody):
    known = anybody.get("/follow/", {"ref": correction.reference.lower()})
    unknown = anybody.get("/follow/", {"ref": UNKNOWN})
    nonsense = anybody.get("/follow/", {"ref": '"><b>'})

    assert f'value="{correction.reference}"' in known.content.decode()
    assert f'value="{UNKNOWN}"' in unknown.content.decode()
    assert "<b>" not in nonsense.content.decode()


def test_a_link_to_ones_own_case_leads_straight_to_it(world, correction, as_citizen):
    own = as_citizen(world.user("lan")).get("/follow/", {"ref": correction.reference})
    anothers = as_citizen(world.user("binh")).get("/follow/", {"ref": correction.reference})

    assert own["Location"] == f"/corrections/{correction.reference}/"
    assert anothers.status_code == 200


@pytest.fixture
def told_everything(world, monkeypatch):
    """A case in which everything personal has a distinctive value; and those values."""
    storage = InMemoryStorage()
    monkeypatch.setattr("corrections.photos.evidence.default_storage", storage)
    lan, minh = world.user("lan"), world.user("minh")
    Membership.objects.create(
        user=minh, organization=world.quang_an, role=Membership.Role.REVIEWER, since=db_time.now()
    )
    dose = worlds.dose(world, given_on=date(2021, 8, 29), lot="QQLOT77")
    filed = filing.file(
        by=lan,
        citizen=world.citizens["lan"],
        key="key-1",
        words="Loimuonnoi cua me",
        claims=[
            Claim(
                dose=dose,
                proposed={"vaccine": world.pfizer.code, "lot": "ZZLOT99", "given_on": "2021-09-17"},
            )
        ],
    )
    photo = store(
        Draft.objects.create(user=lan, citizen=world.citizens["lan"]),
        Picture(b"picture", b"picture", 10, 10),
        by=lan,
    )
    photo.draft, photo.filing = None, filed
    photo.save()
    case = actions.route(filed.corrections.get())
    people = [user.full_name for user in world.users.values()]
    people += [citizen.full_name for citizen in world.citizens.values()]
    citizen = world.citizens["lan"]
    secrets = [
        *people,
        "Loimuonnoi",
        "Nhanxetkin",
        "Nhacriengcoso",
        "Lydochuyen",
        "AstraZeneca",
        "Pfizer",
        "QQLOT77",
        "ZZLOT99",
        "29/08/2021",
        "17/09/2021",
        "2021",
        "27/03/1988",
        "1988",
        str(citizen.id_number),
        "912345678",
        "0912 345 678",
        "minh@example.vn",
        LANS,
        str(citizen.public_id),
        str(case.public_id),
        str(dose.public_id),
        str(filed.public_id),
        str(photo.public_id),
        "/corrections/evidence/",
        "<img",
    ]
    assert minh.full_name in secrets
    return case, secrets


def told(case, secrets):
    """Return what a followed page tells that it should not, by the page's own words."""
    case.refresh_from_db()
    page = read(Client(), case.reference)
    assert case.reference in page
    body = page.split("</head>")[1]
    # The moment of the page, parts of seconds, its tokens and ids hold any four digits now and then.
    body = re.sub(
        r'data-now="[^"]*"|data-csrf="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"'
        r'|nonce="[^"]*"|[0-9a-f]{8}-[0-9a-f-]{27}|\.[0-9]{6}(?=\+)',
        "",
        body,
    )
    return [secret for secret in secrets if secret in body]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_tells_nothing_personal_while_it_is_late_and_passed_around(
    world, told_everything, language, settings
):
    case, secrets = told_everything
    settings.LANGUAGE_CODE = language
    minh, huong = world.user("minh"), world.user("huong")
    assert told(case, secrets) == []

    for step in (
        lambda: actions.pick_up(case, by=minh),
        lambda: actions.keep(case, by=minh, remark="Nhanxetkin"),
        lambda: actions.note(case, by=minh, text="Nhanxetkin"),
        lambda: actions.pass_on(case, by=minh, to=world.quang_an, reason="Lydochuyen"),
        lambda: make_overdue(case),
        lambda: sweep.sweep(),
        lambda: actions.remind(case, by=huong, remark="Nhacriengcoso"),
        lambda: actions.escalate(case, by=world.user("mai"), reason="Nhacriengcoso"),
        lambda: actions.reassign(case, by=huong, to=world.buoi, reason="Lydochuyen"),
        lambda: actions.take_over(case, by=huong, reason="Lydochuyen"),
        lambda: actions.accept(case, by=huong, values=VALUES, remark="Nhanxetkin"),
        lambda: actions.reopen(case, by=world.user("lan"), words="Loimuonnoi"),
    ):
        step()
        assert told(case, secrets) == []

    assert "Quảng An" in read(Client(), case.reference)


def test_the_page_tells_nothing_personal_while_it_is_asked_refused_and_appealed(
    world, told_everything
):
    case, secrets = told_everything
    lan, minh, huong = world.user("lan"), world.user("minh"), world.user("huong")

    for step in (
        lambda: actions.ask(case, by=minh, question="Nhanxetkin"),
        lambda: actions.answer(case, by=lan, words="Loimuonnoi"),
        lambda: actions.add_photo(case, by=lan, photos=1),
        lambda: actions.refuse(case, by=minh, ground=GROUND, remark="Nhanxetkin"),
        lambda: actions.appeal(case, by=lan, words="Loimuonnoi"),
        lambda: actions.refuse(case, by=huong, ground=GROUND, remark="Nhanxetkin"),
        lambda: actions.log_disagreement(case, by=lan, words="Loimuonnoi"),
    ):
        step()
        assert told(case, secrets) == []
        assert str(case.get_ground_display() or "Nhanxetkin") not in read(Client(), case.reference)

    assert not case.is_open


def test_a_question_is_said_to_be_there_and_not_said(world, correction):
    actions.ask(correction, by=world.user("minh"), question="Nhanxetkin")
    correction.refresh_from_db()

    page = read(Client(), correction.reference)

    assert f"{world.buoi.name} có một câu hỏi cho bạn" in page
    assert "promise--paused" in page
    assert "Nhanxetkin" not in page


@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_sentence_that_points_to_nothing_on_another_page(correction, status):
    correction.status = status

    with translation.override("en"):
        sentence = following.status_sentence(correction)

    assert sentence.endswith(".")
    assert "below" not in sentence.lower()
    assert "the record" not in sentence.lower()
    assert "dose" not in sentence.lower()


def test_a_refusal_names_no_reason(world, told_everything):
    case, _secrets = told_everything
    actions.refuse(case, by=world.user("minh"), ground="photo_blurred", remark="Nhanxetkin")
    case.refresh_from_db()

    page = read(Client(), case.reference)

    assert str(case.get_status_display()) in page
    assert "Nhanxetkin" not in page
    assert str(case.get_ground_display()) not in page


def test_the_lines_of_a_story_carry_organizations_only(world, correction):
    actions.keep(correction, by=world.user("minh"), remark="Chờ sổ giấy")

    with translation.override("en"):
        lines = following.lines(correction)

    assert [line.title for line in lines][-1] == "Kept for later"
    assert {line.who for line in lines} == {"", world.buoi.name}
    assert not any(line.details for line in lines)

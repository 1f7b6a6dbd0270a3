"""Every page in the voice of its reader: a parent for a child, a nurse, an officer, an agent."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from corrections import actions, history, lifecycle
from corrections.actions import filing
from corrections.actions.filing import Claim
from corrections.lifecycle import Ground, Status
from corrections.models import Correction, Kind, Pause
from corrections.prechecks.rules import RULES
from corrections.routing import desks
from tests import world as worlds
from tests.cases import file_one
from tests.conftest import SignIn
from tests.hotline.callers import in_call
from tests.pages import text_of
from tests.world import World
from vaxreg import db_time, ui

LANGUAGES = ("vi", "en")
# What a citizen must not read about a record: it may be their child's, and they are no staff.
NOT_FOR_CITIZENS = {
    "en": re.compile(
        r"\bmine\b|\bmy (?!proposals|disagreement|account)|\bI (never|was|do|have been)\b"
        r"|\bthe citizen\b(?! identity card)|\b(ask|tell) the (citizen|caller)\b|\bwere you vaccinated\b|\byou named\b"
        r"|\byour (own )?(dose|record|name|identity|date of birth|personal|vaccination|details"
        r"|two records|ID number)",
        re.IGNORECASE,
    ),
    "vi": re.compile(
        r"(mũi|mũi tiêm|sổ|sổ tiêm|hồ sơ|giấy tờ tùy thân|thẻ căn cước|thông tin cá nhân|nơi ở)"
        r" (này )?(không phải )?của (bạn|tôi)|(?-i:\btôi (chưa|không tiêm))|\bbạn đã tiêm|người dân"
        r"|bạn (cư trú|ở|nêu|khiếu nại)\b|hỏi (người dân|người gọi)",
        re.IGNORECASE,
    ),
}
# What staff must not read: the words of a citizen about their own record or proposal.
NOT_FOR_STAFF = {
    "en": re.compile(
        r"\bnot mine\b|\bmy (dose|record|personal)|\bI never\b|\byour proposal|\byou (named|appealed)"
        r"|\bwhere you live\b|\byour identity paper\b|\bkeep my\b|\bI do not know\b",
        re.IGNORECASE,
    ),
    "vi": re.compile(
        r"đề xuất của (bạn|tôi)|(mũi|hồ sơ|sổ tiêm|thông tin cá nhân)( này)?( không phải)? của tôi"
        r"|bạn (nêu|cho biết|khiếu nại|cư trú)|tôi (chưa từng|không biết)|tùy thân của bạn",
        re.IGNORECASE,
    ),
}
# Texts that every reader meets: they name nobody as "you" or "I", and nobody as "the citizen".
NOBODY = {
    "en": re.compile(r"\b(my|mine|your|yours|you|I|the citizen)\b"),
    "vi": re.compile(r"\b(tôi|bạn|người dân)\b", re.IGNORECASE),
}
FACTS: dict[Kind, dict[str, Any]] = {
    Kind.WRONG_FIELDS: {"proposed": {"vaccine": "PF"}},
    Kind.NOT_MINE: {"kind": Kind.NOT_MINE, "proposed": {}},
    Kind.NEVER_GIVEN: {"kind": Kind.NEVER_GIVEN, "proposed": {}},
    Kind.IDENTITY: {"kind": Kind.IDENTITY, "proposed": {"full_name": "Lê Nguyễn Minh Ánh"}},
    Kind.SPLIT_RECORD: {"kind": Kind.SPLIT_RECORD, "proposed": {"other_id_number": "012345678"}},
    Kind.MISSING_DOSE: {"proposed": {"vaccine": "PF", "given_on": "2021-11-21"}},
}
WITH_DOSE = (Kind.WRONG_FIELDS, Kind.NOT_MINE, Kind.NEVER_GIVEN)


def speaking(client: Client, language: str) -> Client:
    client.cookies["language"] = language
    return client


def of(world: World, whose: str, kind: Kind = Kind.WRONG_FIELDS) -> Correction:
    claim = dict(FACTS[kind])
    if kind in WITH_DOSE:
        claim["dose"] = worlds.dose(world, whose)
    if kind == Kind.MISSING_DOSE:
        claim["named_site"] = world.buoi
    return file_one(world, whose=whose, key=f"{whose}-{kind}", **claim)


def brought(world: World, case: Correction, status: Status) -> Correction:
    """Return the case in a status in which its page says more than where it lies."""
    minh, lan = world.user("minh"), world.user("lan")
    if status == Status.WAITING:
        return actions.ask(case, by=minh, question="Trên giấy ghi lô nào?")
    if status == Status.EXPIRED:
        asked = actions.ask(case, by=minh, question="Trên giấy ghi lô nào?")
        with db_time.at(db_time.now() + timedelta(days=7, hours=1)):
            return actions.expire(asked)
    if status == Status.WITHDRAWN:
        return actions.withdraw(case, by=lan)
    if status == Status.ACCEPTED:
        return actions.accept(case, by=minh)
    if status == Status.CANNOT_CONFIRM:
        return actions.cannot_confirm(case, by=minh, searched=["paper_register"])
    if status in (Status.REFUSED, Status.UPHELD):
        ground = Ground.NAME_WITHOUT_DIACRITICS
        with override("en"):
            words = str(lifecycle.GROUND_SENTENCES[ground])
        case = actions.refuse(case, by=minh, ground=ground, remark=words)
    if status == Status.UPHELD:
        case = actions.appeal(case, by=lan, words="Giấy ghi rõ.")
    return case


STATUSES = (
    *(Status.QUEUED, Status.WAITING, Status.EXPIRED, Status.WITHDRAWN, Status.ACCEPTED),
    *(Status.REFUSED, Status.CANNOT_CONFIRM, Status.UPHELD),
)


def pages_of(client: Client, whose: str, case: Correction) -> Iterator[tuple[str, str]]:
    """Yield what a citizen reads of a record and of a case about it: page and text."""
    person = f"?person={case.citizen.public_id}"
    on_case = f"/corrections/{case.reference}/"
    steps = ("answer", "photos", "withdraw", "appeal", "disagree", "confirm", "reopen")
    addresses = [
        *(f"/record/{person}", f"/corrections/new/{person}", "/corrections/", on_case),
        *(f"{on_case}{step}/" for step in steps),
        f"/corrections/filed/{case.filing.public_id}/",
        f"/corrections/filed/{case.filing.public_id}/receipt/",
    ]
    for address in addresses:
        answer = client.get(address)
        if answer.status_code == 200:
            yield address, text_of(answer)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("whose", ["lan", "child"])
def test_no_page_of_a_record_takes_its_reader_for_the_person(
    world: World, as_citizen: SignIn, whose: str, status: Status, language: str
):
    case = brought(world, of(world, whose), status)
    client = speaking(as_citizen(world.user("lan")), language)

    read = dict(pages_of(client, whose, case))

    assert len(read) >= 5
    for address, text in read.items():
        assert not NOT_FOR_CITIZENS[language].search(text), (address, text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FACTS)
def test_no_kind_of_proposal_speaks_as_the_child(
    world: World, as_citizen: SignIn, kind: Kind, language: str
):
    case = of(world, "child", kind)
    client = speaking(as_citizen(world.user("lan")), language)

    for address, text in pages_of(client, "child", case):
        assert not NOT_FOR_CITIZENS[language].search(text), (address, text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chosen", ["dose", "duplicate", "identity", "split_record", "missing"])
def test_a_parent_files_for_a_child_without_being_taken_for_it(
    world: World, as_citizen: SignIn, chosen: str, language: str
):
    dose = worlds.dose(world, "child")
    worlds.dose(world, "child", given_on=date(2021, 8, 30))
    client = speaking(as_citizen(world.user("lan")), language)
    start = f"/corrections/new/?person={world.citizens['child'].public_id}"
    key = str(dose.public_id)
    said = {"doses": [key if chosen in ("dose", "duplicate") else chosen]}
    if chosen == "duplicate":
        said[f"kind_{key}"] = ["duplicate"]

    answers = [client.get(start), client.post(start, said, follow=True)]
    address = answers[-1].redirect_chain[-1][0]
    answers.append(client.post(address, {}, follow=True))
    details = {"vaccine": "PF", "full_name": "Le Anh", "id_number": "012345678", "site": "unlisted"}
    details |= {"given_on": "2021-11-21", "date_of_birth": "05/09/2008", "warned": "all"}
    answers.append(client.post(address, details, follow=True))
    photos = start.replace("/new/", "/new/photos/")
    answers.append(client.post(photos, {}, follow=True))

    for answer in answers:
        text = text_of(answer)
        assert not NOT_FOR_CITIZENS[language].search(text), text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", ["/record/open/?for=ward", "/record/start/?for=ward"])
def test_opening_a_wards_record_does_not_speak_of_ones_own(
    world: World, as_citizen: SignIn, address: str, language: str
):
    client = speaking(as_citizen(world.user("lan")), language)

    for answer in (client.get(address), client.post(address, {"full_name": "Anh"})):
        assert not NOT_FOR_CITIZENS[language].search(text_of(answer)), text_of(answer)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("who", ["minh", "huong"])
def test_no_page_of_staff_speaks_as_the_citizen(
    world: World, as_staff: SignIn, who: str, status: Status, language: str
):
    case = brought(world, of(world, "child"), status)
    client = speaking(as_staff(world.user(who)), language)

    read = [
        text_of(answer)
        for folder in ("review", "oversight/cases")
        if (answer := client.get(f"/{folder}/{case.reference}/")).status_code == 200
    ]

    # After an appeal the case is no longer on the first desk.
    assert read or status == Status.UPHELD
    for text in read:
        assert not NOT_FOR_STAFF[language].search(text), text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FACTS)
def test_no_kind_of_case_is_shown_to_a_nurse_in_the_citizens_words(
    world: World, as_staff: SignIn, kind: Kind, language: str
):
    case = of(world, "lan", kind)
    desk = next(name for name in ("minh", "huong") if case.holder == _place_of(world, name))
    client = speaking(as_staff(world.user(desk)), language)

    for address in (f"/review/{case.reference}/", "/review/"):
        text = text_of(client.get(address))
        assert not NOT_FOR_STAFF[language].search(text), text


def _place_of(world: World, name: str):
    return world.user(name).memberships.get().organization


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [Kind.WRONG_FIELDS, Kind.NOT_MINE, Kind.MISSING_DOSE])
def test_no_page_of_the_hotline_speaks_as_the_citizen(
    world: World, as_staff: SignIn, kind: Kind, language: str
):
    """What is read aloud is in the words to the caller; everything beside it is for the agent."""
    of(world, "lan", kind)
    mai = speaking(as_staff(world.user("mai")), language)
    call = in_call(mai, world)

    for address in (call, f"{call}file/", f"{call}file/missing/"):
        answer = mai.get(address)
        answer.content = re.sub(
            rb"<blockquote.*?</blockquote>", b"", answer.content, flags=re.DOTALL
        )
        assert answer.status_code == 200
        assert not NOT_FOR_STAFF[language].search(text_of(answer)), text_of(answer)


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_that_every_reader_meets_name_nobody_as_you(language: str):
    now = timezone.now()
    with override(language):
        texts = [
            *(str(kind.label) for kind in Kind),
            *(str(label) for label in lifecycle.STATUS_LABELS.values()),
            *(str(label) for label in Pause.End.labels),
            *(str(title) for title in history.TITLES.values()),
            *(str(title) for title in history.MILESTONE_TITLES.values()),
            *(str(label) for label in lifecycle.GROUND_LABELS.values()),
            ui.deadline_words(received=now, due=now, paused=now, now=now).words,
        ]

    assert [text for text in texts if NOBODY[language].search(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_ready_sentences_and_warnings_suit_a_childs_record(language: str):
    with override(language):
        sentences = [str(one) for one in lifecycle.GROUND_SENTENCES.values()]
        advice = [str(rule.advice) for rule in RULES.values()]

    assert [t for t in (*sentences, *advice) if NOT_FOR_CITIZENS[language].search(t)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_a_desk_has_a_case_is_said_alike_to_citizen_and_desk(world: World, language: str):
    named = Claim(dose=None, proposed={"position": "primary-2"}, named_site=world.buoi)
    area = Claim(dose=None, proposed={"position": "primary-1"}, named_area=world.areas["quang_an"])
    filed = filing.file(
        by=world.user("lan"), citizen=world.citizens["child"], key="why", claims=[named, area]
    )
    cases = [actions.route(case) for case in filed.corrections.all()]
    reasons = [case.routing_reason for case in (*cases, of(world, "child", Kind.IDENTITY))]
    reasons.append(desks.reason_appealed(world.buoi, world.tay_ho))
    reasons.append(desks.reason_inherited(world.buoi, world.tay_ho))

    assert [one for one in reasons if NOBODY[language].search(one[language])] == []

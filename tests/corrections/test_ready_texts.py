"""What the product has in both languages is read in the reader's; what a person typed stays."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import override
from rest_framework.test import APIClient

from accounts.models import SessionKind
from corrections import actions, history, outbox, ready_texts
from corrections.history import Audience
from corrections.lifecycle import GROUND_SENTENCES, Ground
from corrections.models import Correction, OutboxRow
from corrections.ready_questions import QUESTIONS, Need
from corrections.searched import CANNOT_CONFIRM_SENTENCES
from hotline import call_script
from messaging.models import Message
from portal.forms.case import AnswerForm
from review.citizen_preview import preview_of
from tests.api.programs import program
from tests.cases import file_one
from tests.conftest import SignIn
from tests.world import World
from vaxreg import db_time

LANGUAGES = ("vi", "en")
OTHER = {"vi": "en", "en": "vi"}
READY = {
    **{f"ground {ground}": words for ground, words in GROUND_SENTENCES.items()},
    **{f"search {about}": words for about, words in CANNOT_CONFIRM_SENTENCES.items()},
    **{f"question {need}": words for need, words in QUESTIONS.items()},
    "photos": ready_texts.SEE_THE_PHOTOS,
}
TYPED = ("Ảnh mờ, không đọc được số lô.", "The photo is blurred.", "", "See the photos, please.")


def said(words, language: str) -> str:
    with override(language):
        return str(words)


def refused(case: Correction, world: World, ground: Ground, language: str) -> Correction:
    """Refuse with the ready sentence, as a citizen of this language is sent it."""
    words = said(GROUND_SENTENCES[ground], language)
    return actions.refuse(case, by=world.user("minh"), ground=ground, remark=words)


@pytest.mark.parametrize("reader", LANGUAGES)
@pytest.mark.parametrize("stored_in", LANGUAGES)
@pytest.mark.parametrize("name", READY)
def test_a_ready_sentence_is_read_in_the_readers_language(name: str, stored_in: str, reader: str):
    with override(reader):
        shown = ready_texts.in_readers_language(said(READY[name], stored_in))

    assert shown == said(READY[name], reader)
    assert said(READY[name], "vi") != said(READY[name], "en")


@pytest.mark.parametrize("typed", TYPED)
def test_what_a_person_typed_stays_as_it_is(typed: str):
    for reader in LANGUAGES:
        with override(reader):
            assert ready_texts.in_readers_language(typed) == typed


def test_a_ready_sentence_with_words_of_ones_own_stays_as_it_is():
    words = said(GROUND_SENTENCES[Ground.PHOTO_BLURRED], "vi") + " Gọi 024 3823 0000."

    with override("en"):
        assert ready_texts.in_readers_language(words) == words


def test_line_breaks_of_a_form_do_not_hide_a_ready_sentence():
    words = said(QUESTIONS[Need.WHOLE_PAPER], "vi").replace(" ", "\r\n", 1) + "\n"

    with override("en"):
        assert ready_texts.in_readers_language(words) == said(QUESTIONS[Need.WHOLE_PAPER], "en")


@pytest.mark.parametrize("stored_in", LANGUAGES)
@pytest.mark.parametrize(
    "ground", [Ground.PHOTO_BLURRED, Ground.PAPER_ALTERED, Ground.DATE_DIFFERS]
)
def test_why_it_was_refused_is_read_in_the_readers_language_everywhere(
    world: World,
    correction: Correction,
    as_citizen: SignIn,
    as_staff: SignIn,
    ground: Ground,
    stored_in: str,
):
    case = refused(correction, world, ground, stored_in)
    reader = OTHER[stored_in]
    pages = {
        f"/corrections/{case.reference}/": as_citizen(world.user("lan")),
        f"/corrections/{case.reference}/appeal/": as_citizen(world.user("lan")),
        f"/review/{case.reference}/": as_staff(world.user("minh")),
        f"/oversight/cases/{case.reference}/": as_staff(world.user("huong")),
    }

    for address, client in pages.items():
        client.cookies["language"] = reader
        page = " ".join(client.get(address).content.decode().split())
        assert said(GROUND_SENTENCES[ground], reader) in page, address
        assert said(GROUND_SENTENCES[ground], stored_in) not in page, address


@pytest.mark.parametrize("stored_in", LANGUAGES)
def test_history_hotline_and_preview_read_it_in_the_readers_language(
    world: World, correction: Correction, stored_in: str
):
    sentence = GROUND_SENTENCES[Ground.PHOTO_BLURRED]
    reader = OTHER[stored_in]
    correction.filing.filed_by.language = reader
    preview = preview_of(
        correction, "refuse", remark=said(sentence, stored_in), ground=Ground.PHOTO_BLURRED
    )
    case = refused(correction, world, Ground.PHOTO_BLURRED, stored_in)

    with override(reader):
        last = history.entries(case, Audience.CITIZEN)[-1]
        aloud = call_script.paragraph(case, db_time.now())

    assert preview.remark == said(sentence, reader)
    assert last.details[-1] == said(sentence, reader)
    assert said(sentence, reader) in aloud


@pytest.mark.parametrize("stored_in", LANGUAGES)
def test_programs_read_it_in_the_language_they_ask_for(
    world: World, correction: Correction, stored_in: str
):
    case = refused(correction, world, Ground.PHOTO_BLURRED, stored_in)
    lan: APIClient = program(world.user("lan"), SessionKind.CITIZEN)

    answer = lan.get(
        f"/api/v1/corrections/{case.reference}/", HTTP_ACCEPT_LANGUAGE=OTHER[stored_in]
    )

    wanted = said(GROUND_SENTENCES[Ground.PHOTO_BLURRED], OTHER[stored_in])
    assert answer.json()["remark"] == wanted
    assert answer.json()["events"][-1]["remark"] == wanted


@pytest.mark.parametrize("need", QUESTIONS)
@pytest.mark.parametrize("stored_in", LANGUAGES)
def test_a_ready_question_is_read_in_the_readers_language(
    world: World, correction: Correction, as_citizen: SignIn, need: Need, stored_in: str
):
    asked = said(QUESTIONS[need], stored_in)
    case = actions.ask(correction, by=world.user("minh"), question=asked)
    lan = as_citizen(world.user("lan"))
    lan.cookies["language"] = OTHER[stored_in]

    for page in ("", "answer/"):
        text = " ".join(lan.get(f"/corrections/{case.reference}/{page}").content.decode().split())
        assert said(QUESTIONS[need], OTHER[stored_in]) in text
        assert asked not in text


def test_an_answer_of_photos_alone_is_read_in_the_desks_language(
    world: World, correction: Correction, as_staff: SignIn
):
    with override("vi"):
        form = AnswerForm({"words": ""}, has_photos=True)
        assert form.is_valid()
        words = form.said
    asked = actions.ask(correction, by=world.user("minh"), question="Số lô nào?")
    case = actions.answer(asked, by=world.user("lan"), words=words)
    minh = as_staff(world.user("minh"))
    minh.cookies["language"] = "en"

    page = minh.get(f"/review/{case.reference}/").content.decode()

    assert "See the photos." in page
    assert words not in page


def test_pages_read_remarks_through_the_one_place():
    """`case.remark` in a template would be read in the language in which it was stored."""
    raw = re.compile(r"\{\{ *(case|question|event|correction|other)\.remark\b(?!_shown)")
    templates = Path(settings.BASE_DIR, "templates").rglob("*.html")

    assert [path.name for path in templates if raw.search(path.read_text())] == []


INBOX = {
    "correction.received": lambda world: file_one(world),
    "correction.asked": lambda world: actions.ask(
        file_one(world), by=world.user("minh"), question="Số lô nào?"
    ),
    "correction.decided": lambda world: refused(file_one(world), world, Ground.PHOTO_BLURRED, "vi"),
    "correction.appealed": lambda world: actions.appeal(
        refused(file_one(world), world, Ground.PHOTO_BLURRED, "vi"),
        by=world.user("lan"),
        words="Ảnh đọc được rõ",
    ),
    "correction.expired": lambda world: _expired(world),
}


def _expired(world: World) -> Correction:
    with db_time.at(db_time.now() - timedelta(days=7, hours=1)):
        case = actions.ask(file_one(world), by=world.user("minh"), question="Số lô nào?")
    return actions.expire(case)


@pytest.mark.parametrize("sent_in", LANGUAGES)
@pytest.mark.parametrize("purpose", INBOX)
def test_a_message_in_the_inbox_is_read_in_the_readers_language(
    world: World, as_citizen: SignIn, purpose: str, sent_in: str
):
    lan = world.user("lan")
    lan.language = sent_in
    lan.save()
    INBOX[purpose](world)
    for row in OutboxRow.objects.filter(done_at=None):
        outbox.do(row.pk)
    message = Message.objects.get(purpose=purpose)
    client: Client = as_citizen(lan)

    read = {}
    for reader in LANGUAGES:
        client.cookies["language"] = reader
        read[reader] = client.get("/messages/").content.decode()

    assert message.language == sent_in
    assert message.text in read[sent_in].replace("&amp;", "&") or message.text[:25] in read[sent_in]
    assert message.other_languages[OTHER[sent_in]][:25] in read[OTHER[sent_in]]
    assert message.text[:25] not in read[OTHER[sent_in]]
    assert f'lang="{OTHER[sent_in]}"' in read[OTHER[sent_in]].split("message-text", 1)[1][:40]

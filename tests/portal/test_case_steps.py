"""What the citizen can do with a proposal that was sent: every status, every step, every refusal."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from corrections import actions, lifecycle, sweep
from corrections.lifecycle import Party, Status
from corrections.models import Correction
from corrections.photos import evidence
from organizations.models import Membership
from tests.cases import file_one
from tests.conftest import SignIn
from tests.corrections.statuses import QUESTION, SENTENCE, bring, refuse
from tests.world import World
from vaxreg import db_time
from vaxreg.photos.cleaning import Picture

# The steps of the table that a citizen has pages for, and where those are.
PAGES = {
    "answer": "answer",
    "add_photo": "photos",
    "withdraw": "withdraw",
    "appeal": "appeal",
    "log_disagreement": "disagree",
    "confirm": "confirm",
    "reopen": "reopen",
}
WORDS = {"words": "Trên giấy ghi Pfizer."}


@pytest.fixture
def lan(world: World, as_citizen: SignIn) -> Client:
    client = as_citizen(world.user("lan"))
    client.cookies["language"] = "en"
    return client


@pytest.fixture(autouse=True)
def photos_are_quick(monkeypatch, settings, tmp_path):
    """A photo is what was sent, without the process that decodes it; files lie in a folder."""
    monkeypatch.setattr(evidence, "clean", lambda data: [Picture(data, data, 10, 10)])
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": backend, "OPTIONS": {"location": tmp_path}},
    }


def at(case: Correction, page: str = "") -> str:
    return f"/corrections/{case.reference}/{page + '/' if page else ''}"


def text(response) -> str:
    return " ".join(response.content.decode().split())


def photo(content: bytes = b"paper") -> SimpleUploadedFile:
    return SimpleUploadedFile("giấy.jpg", content, "image/jpeg")


def answered(case: Correction, **more: object) -> dict[str, object]:
    return {**WORDS, "asked": "1", **more}


def test_the_citizens_pages_are_all_the_steps_of_the_table_but_filing():
    taken = {name for name, step in lifecycle.STEPS.items() if Party.CITIZEN in step.taken_by}

    assert set(PAGES) == taken - {"file"}


@pytest.mark.parametrize("status", Status)
def test_the_page_offers_exactly_the_steps_of_the_table(world: World, lan: Client, status: Status):
    case = bring(world, status)

    shown = text(lan.get(at(case)))

    expected = set(lifecycle.possible(status, {Party.CITIZEN}))
    assert case.status == status
    assert {step for step, page in PAGES.items() if f'"{at(case, page)}"' in shown} == expected


@pytest.mark.parametrize("status", Status)
def test_a_step_page_opens_where_the_step_is_in_the_table_and_leads_back_elsewhere(
    world: World, lan: Client, status: Status
):
    case = bring(world, status)

    answers = {step: lan.get(at(case, page)).status_code for step, page in PAGES.items()}

    possible = lifecycle.possible(status, {Party.CITIZEN})
    assert answers == {step: 200 if step in possible else 302 for step in PAGES}


@pytest.mark.parametrize("status", Status)
def test_a_step_that_is_not_in_the_table_is_409_and_stores_nothing(
    world: World, lan: Client, status: Status
):
    case = bring(world, status)
    before = list(case.events.values_list("pk", flat=True))
    impossible = PAGES.keys() - set(lifecycle.possible(status, {Party.CITIZEN}))

    answers = {
        step: lan.post(at(case, PAGES[step]), {**answered(case), "photos": photo()}).status_code
        for step in sorted(impossible)
    }

    case.refresh_from_db()
    assert answers == dict.fromkeys(impossible, 409)
    assert case.status == status
    assert list(case.events.values_list("pk", flat=True)) == before
    assert not case.filing.evidence.exists()


def test_an_answer_shows_the_question_and_sends_the_case_back_to_its_desk(world, lan):
    case = bring(world, Status.WAITING)
    page = text(lan.get(at(case, "answer")))

    response = lan.post(at(case, "answer"), answered(case, photos=photo()), follow=True)

    case.refresh_from_db()
    assert QUESTION in page
    assert case.status == Status.QUEUED
    assert case.paused_at is None
    assert case.events.get(step="answer").remark == WORDS["words"]
    assert case.filing.evidence.count() == 1
    assert "Trạm Y tế Phường Bưởi has your answer and replies by" in text(response)


def test_photos_alone_are_an_answer(world, lan):
    case = bring(world, Status.WAITING)

    lan.post(at(case, "answer"), {"words": "", "asked": "1", "photos": [photo(), photo(b"back")]})

    assert case.events.get(step="answer").remark == "See the photos."
    assert case.filing.evidence.count() == 2


def test_an_empty_answer_is_422_and_says_so(world, lan):
    case = bring(world, Status.WAITING)

    response = lan.post(at(case, "answer"), {"words": " ", "asked": "1"})

    assert response.status_code == 422
    assert "Write your answer, or add a photo." in text(response)


def test_words_and_the_good_photos_are_kept_when_another_photo_is_none(world, lan, monkeypatch):
    case = bring(world, Status.WAITING)
    sent = [photo(), SimpleUploadedFile("empty.jpg", b"", "image/jpeg")]

    response = lan.post(at(case, "answer"), answered(case, photos=sent))

    assert response.status_code == 422
    assert "Photo 2: This file is empty." in text(response)
    assert WORDS["words"] in text(response)
    assert "1 photo is with your proposal already" in text(response)
    assert case.filing.evidence.count() == 1


def test_an_answer_pressed_twice_is_recorded_once(world, lan):
    case = bring(world, Status.WAITING)
    lan.post(at(case, "answer"), answered(case, photos=photo()))

    second = lan.post(at(case, "answer"), answered(case, photos=photo()), follow=True)

    assert "This was recorded already." in text(second)
    assert case.events.filter(step="answer").count() == 1
    assert case.filing.evidence.count() == 1


def test_words_to_one_question_never_answer_the_next(world, lan):
    case = bring(world, Status.WAITING)
    actions.answer(case, by=world.user("lan"), words="Lô FG3527.")
    actions.ask(case, by=world.user("minh"), question="Ai tiêm cho chị hôm đó?")

    response = lan.post(at(case, "answer"), answered(case))

    case.refresh_from_db()
    assert response.status_code == 409
    assert "There is another question now" in text(response)
    assert "Ai tiêm cho chị hôm đó?" in text(response)
    assert WORDS["words"] in text(response)
    assert case.status == Status.WAITING


def test_a_late_answer_with_photos_opens_an_expired_case_again(world, lan):
    case = bring(world, Status.EXPIRED)

    response = lan.post(at(case, "answer"), answered(case, photos=photo()), follow=True)

    case.refresh_from_db()
    assert case.status == Status.QUEUED
    assert case.filing.evidence.count() == 1
    assert "has your answer" in text(response)


def test_an_expired_case_takes_no_answer_after_30_days(world, lan):
    case = bring(world, Status.EXPIRED)

    with db_time.at(db_time.now() + timedelta(days=31)):
        page = text(lan.get(at(case)))
        late = lan.post(at(case, "answer"), answered(case))

    assert "It is too late to answer" in page
    assert at(case, "answer") not in page
    assert late.status_code == 409
    assert "It is too late for this" in text(late)
    assert "1900 9095" in text(late)
    assert WORDS["words"] in text(late)
    assert "/corrections/new/" in text(late)


def test_photos_are_added_while_it_is_open_and_the_same_one_once(world, lan):
    case = file_one(world)

    first = lan.post(at(case, "photos"), {"photos": [photo(), photo(b"back")]}, follow=True)
    lan.post(at(case, "photos"), {"photos": photo()})

    assert "The photos are with your proposal now; Trạm Y tế Phường Bưởi sees them." in text(first)
    assert case.filing.evidence.count() == 2
    assert case.events.filter(step="add_photo").count() == 1


def test_a_photo_sent_while_a_question_waits_answers_it(world, lan):
    case = bring(world, Status.WAITING)

    response = lan.post(at(case, "photos"), {"photos": photo()}, follow=True)

    case.refresh_from_db()
    assert case.status == Status.QUEUED
    assert (case.paused_at, case.answer_by) == (None, None)
    assert "has your answer and replies by" in text(response)
    event = case.events.latest("id")
    assert (event.step, event.data) == ("answer", {"photos": 1})
    assert "Photos of the paper were sent." in text(response)
    with db_time.at(db_time.now() + timedelta(days=8)):
        sweep.sweep()
    case.refresh_from_db()
    assert case.status != Status.EXPIRED


def test_photos_beside_an_answer_with_an_error_are_kept_and_answer_nothing_yet(world, lan):
    case = bring(world, Status.WAITING)
    said = {"words": "x" * 5000, "photos": photo(), "asked": "1"}

    response = lan.post(at(case, "answer"), said)

    case.refresh_from_db()
    assert response.status_code == 422
    assert case.status == Status.WAITING
    assert case.filing.evidence.count() == 1


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ([], "Choose at least one photo."),
        ([photo(bytes([number])) for number in range(5)], "Choose at most 4 photos at once."),
    ],
)
def test_no_photo_and_too_many_are_422(world, lan, sent, words):
    case = file_one(world)

    response = lan.post(at(case, "photos"), {"photos": sent})

    assert response.status_code == 422
    assert words in text(response)


def test_a_proposal_holds_20_photos_at_most(world, lan, monkeypatch):
    monkeypatch.setattr("corrections.photos.added.MOST_IN_ALL", 2)
    case = file_one(world)
    sent = [photo(bytes([number])) for number in range(3)]

    response = lan.post(at(case, "photos"), {"photos": sent})

    assert response.status_code == 422
    assert not case.filing.evidence.exists()


def test_withdrawing_needs_no_reason_and_twice_is_once(world, lan):
    case = file_one(world)

    first = lan.post(at(case, "withdraw"), {"words": ""}, follow=True)
    second = lan.post(at(case, "withdraw"), {"words": ""}, follow=True)

    case.refresh_from_db()
    assert case.status == Status.WITHDRAWN
    assert "The proposal is withdrawn; the record stays as it is." in text(first)
    assert "This was recorded already." in text(second)
    assert "answers by" not in text(second)


def test_an_appeal_goes_to_the_district_and_says_until_when(world, lan):
    case = bring(world, Status.REFUSED)
    page = text(lan.get(at(case, "appeal")))

    response = lan.post(at(case, "appeal"), WORDS, follow=True)

    case.refresh_from_db()
    assert "Trung tâm Y tế Quận Tây Hồ" in page
    assert SENTENCE in page
    assert case.holder == world.tay_ho
    assert "Trung tâm Y tế Quận Tây Hồ decides by" in text(response)


def test_an_appeal_without_words_is_422(world, lan):
    case = bring(world, Status.REFUSED)

    response = lan.post(at(case, "appeal"), {"words": "  "})

    assert response.status_code == 422
    assert "Say why you do not agree." in text(response)


def test_an_appeal_after_30_days_is_not_offered_and_not_taken(world, lan):
    case = bring(world, Status.REFUSED)

    with db_time.at(db_time.now() + timedelta(days=31)):
        page = text(lan.get(at(case)))
        late = lan.post(at(case, "appeal"), WORDS)

    assert at(case, "appeal") not in page
    assert "An appeal was possible until" in page
    assert late.status_code == 409


def test_where_nobody_stands_above_an_appeal_is_not_offered_and_not_taken(world, lan):
    case = bring(world, Status.REFUSED)
    Membership.objects.exclude(organization=world.buoi).update(until=db_time.now())

    page = text(lan.get(at(case)))
    refused = lan.post(at(case, "appeal"), WORDS)

    assert at(case, "appeal") not in page
    assert refused.status_code == 409
    assert "Nobody can decide this anew" in text(refused)


def test_an_appeal_that_failed_leaves_the_disagreement(world, lan):
    case = bring(world, Status.UPHELD)

    response = lan.post(at(case, "disagree"), WORDS, follow=True)

    case.refresh_from_db()
    assert case.status == Status.DISAGREED
    assert "Your disagreement is kept with the record, in your own words." in text(response)
    assert WORDS["words"] in text(response)


def test_a_newer_open_proposal_takes_the_place_of_the_closed_one(world, lan):
    case = bring(world, Status.REFUSED)
    newer = file_one(world, key="again", dose=case.dose, proposed={"vaccine": "PF"})

    page = text(lan.get(at(case)))
    refused = lan.post(at(case, "appeal"), WORDS)

    assert at(case, "appeal") not in page
    assert at(newer) in page
    assert refused.status_code == 409
    assert at(newer) in text(refused)


def test_yes_it_is_right_is_recorded_once_and_thanked_for(world, lan):
    case = bring(world, Status.ACCEPTED)

    first = lan.post(at(case, "confirm"), follow=True)
    second = lan.post(at(case, "confirm"), follow=True)

    assert "Thank you." in text(first)
    assert f'"{at(case, "confirm")}"' not in text(first)
    assert f'"{at(case, "reopen")}"' in text(first)
    assert "This was recorded already." in text(second)
    assert case.events.filter(step="confirm").count() == 1


def test_no_it_is_still_wrong_opens_it_again_with_48_hours_of_its_own(world, lan):
    case = bring(world, Status.ACCEPTED)

    response = lan.post(at(case, "reopen"), WORDS, follow=True)

    case.refresh_from_db()
    assert case.status == Status.QUEUED
    assert case.clocks.filter(kind="review").count() == 2
    assert "It is opened again. Trạm Y tế Phường Bưởi answers by" in text(response)


def test_after_30_days_still_wrong_leads_to_a_new_proposal(world, lan):
    case = bring(world, Status.ACCEPTED)

    with db_time.at(db_time.now() + timedelta(days=31)):
        page = text(lan.get(at(case)))
        late = lan.post(at(case, "reopen"), WORDS)

    assert at(case, "reopen") not in page
    assert "report it again" in page
    assert late.status_code == 409


@pytest.mark.parametrize("page", PAGES.values())
def test_nobody_elses_case_is_found(world, as_citizen, page):
    case = file_one(world)
    binh = as_citizen(world.user("binh"))

    assert binh.get(at(case, page)).status_code == 404
    assert binh.post(at(case, page), WORDS).status_code == 404


def test_a_guardian_acts_for_her_child(world, lan):
    case = refuse(world, file_one(world, whose="child"))

    lan.post(at(case, "appeal"), WORDS)

    case.refresh_from_db()
    assert case.on_appeal
    assert case.events.get(step="appeal").party == Party.CITIZEN


@pytest.mark.parametrize("page", PAGES.values())
def test_no_step_is_taken_without_the_token_of_its_form(world, lan, page):
    case = file_one(world)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = lan.cookies

    assert strict.post(at(case, page), WORDS).status_code == 403


def test_the_page_explains_how_the_due_time_came_about(world, lan):
    with db_time.at(db_time.now() - timedelta(hours=30)):
        case = bring(world, Status.WAITING)
    with db_time.at(db_time.now() - timedelta(hours=10)):
        actions.answer(case, by=world.user("lan"), words="Lô FG3527.")

    shown = text(lan.get(at(case)))

    assert "Why is the answer due then?" in shown
    assert "Stood still: the question was answered" in shown
    assert "20 h" in shown
    assert "Since you sent it: 30 h 00 min. On the clock: 10 h 00 min." in shown


def test_both_times_stand_in_the_list(world, lan):
    with db_time.at(db_time.now() - timedelta(hours=30)):
        bring(world, Status.WAITING)

    shown = text(lan.get("/corrections/"))

    assert "The clock stands still until then." in shown
    assert "30 h 00 min in all" in shown


def test_a_refusal_of_an_appeal_says_the_ground(world, lan):
    case = bring(world, Status.UPHELD)

    shown = text(lan.get(at(case)))

    assert "The photo is blurred" in shown
    assert SENTENCE in shown


def test_a_file_that_found_no_row_is_deleted_again(world, lan, tmp_path):
    case = bring(world, Status.WITHDRAWN)

    lan.post(at(case, "photos"), {"photos": photo()})

    assert not [path for path in tmp_path.rglob("*") if path.is_file()]

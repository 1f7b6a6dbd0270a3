"""“Your tasks” at the top of the record: questions, drafts, answers; and how each one ends."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils.translation import override

from accounts.models import SessionKind
from corrections import actions
from corrections.lifecycle import Ground, StepNotPossible
from corrections.models import Correction, Dismissal, Draft
from portal import drafts
from portal.to_do import ToDo
from tests import world as worlds
from tests.cases import file_one
from tests.conftest import SignIn, signed_in
from tests.world import World
from vaxreg import db_time, ui

pytestmark = pytest.mark.django_db
MISSING = {"position": "primary-2", "given_on": "2021-11-21", "vaccine": "PF"}


@pytest.fixture
def english():
    with override("en"):
        yield


@pytest.fixture
def lan(world: World, as_citizen: SignIn) -> Client:
    client = as_citizen(world.user("lan"))
    client.cookies["language"] = "en"
    return client


def text_of(client: Client, url: str = "/record/") -> str:
    return " ".join(client.get(url).content.decode().split())


def ask(world: World, case: Correction) -> Correction:
    minh = world.user("minh")
    case = actions.pick_up(case, by=minh)
    return actions.ask(case, by=minh, question="Chụp lại mặt sau giúp trạm.")


def refuse(world: World, case: Correction) -> Correction:
    minh = world.user("minh")
    case = actions.pick_up(case, by=minh)
    return actions.refuse(case, by=minh, ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ.")


def accept(world: World, case: Correction) -> Correction:
    minh = world.user("minh")
    return actions.accept(actions.pick_up(case, by=minh), by=minh)


def count_of(world: World) -> int:
    return ToDo(world.user("lan")).count


def test_nothing_is_shown_when_nothing_waits(world: World, lan: Client):
    file_one(world)

    text = text_of(lan)

    assert "Your tasks" not in text
    assert "nav__count" not in text


@pytest.mark.usefixtures("english")
def test_a_question_says_what_is_asked_by_whom_and_until_when(world: World, lan: Client):
    case = ask(world, file_one(world))

    text = text_of(lan)

    assert "Your tasks" in text
    assert "Chụp lại mặt sau giúp trạm." in text
    assert "Trạm Y tế Phường Bưởi" in text
    assert f"by {ui.when(case.answer_by)}" in text
    assert f'href="/corrections/{case.reference}/answer/"' in text


def test_an_answered_question_waits_no_more(world: World):
    case = ask(world, file_one(world))

    actions.answer(case, by=world.user("lan"), words="Đây ạ")

    assert count_of(world) == 0


def test_a_question_that_ran_out_can_be_answered_still(world: World, lan: Client):
    case = ask(world, file_one(world))
    with db_time.at(db_time.now() + timedelta(days=7, hours=1)):
        actions.expire(case)

    assert "you can still give it" in text_of(lan)
    assert f"/corrections/{case.reference}/answer/" in text_of(lan)


@pytest.mark.parametrize("page", ["/record/", "/corrections/", "/messages/", "/corrections/new/"])
def test_every_page_of_a_citizen_counts_the_tasks(world: World, lan: Client, page: str):
    ask(world, file_one(world))
    refuse(world, file_one(world, key="key-2", proposed=MISSING, named_site=world.buoi))

    assert '<span class="nav__count">2</span>' in text_of(lan, page)


def test_the_pages_of_staff_count_none(world: World):
    ask(world, file_one(world))

    page = signed_in(world.user("minh"), SessionKind.STAFF).get("/follow/").content.decode()

    assert "nav__count" not in page


@pytest.mark.parametrize(
    ("typed", "missing"),
    [
        ({"vaccine": "PF"}, "the photo of the paper is missing"),
        ({"given_on": "31/02/2022"}, "the details are not complete"),
    ],
)
def test_a_draft_says_what_is_missing_and_leads_there(
    world: World, lan: Client, typed: dict[str, str], missing: str
):
    dose = worlds.dose(world)
    page = lan.post(f"/corrections/new/wrong/{dose.public_id}/").url
    lan.post(page, typed)

    text = text_of(lan)

    assert "Not sent yet" in text
    assert "Primary dose 1 · AstraZeneca" in text
    assert missing in text
    link = "/corrections/new/photos/" if "photo" in missing else page
    assert f'href="{link}"' in text


def test_a_draft_with_a_photo_only_has_to_be_sent(world: World, lan: Client):
    dose = worlds.dose(world)
    page = lan.post(f"/corrections/new/wrong/{dose.public_id}/").url
    lan.post(page, {"vaccine": "PF"})
    lan.post("/corrections/new/photos/", {"has_no_paper": "on", "where_when": "Sân trường"})

    text = text_of(lan)

    assert "it only has to be sent" in text
    assert 'href="/corrections/new/check/"' in text


def test_a_page_that_was_only_looked_at_is_no_task(world: World, lan: Client):
    dose = worlds.dose(world)
    page = lan.post(f"/corrections/new/wrong/{dose.public_id}/").url
    lan.post(page, {"given_on": "29/08/2021", "vaccine": "AZ", "lot": "ABX4112"})

    assert Draft.objects.exists()
    assert count_of(world) == 0


def test_a_dose_that_was_never_given_needs_no_words_to_be_a_draft(world: World):
    dose = worlds.dose(world)
    draft = drafts.begin(world.user("lan"), world.citizens["lan"])
    kinds = {str(dose.public_id): "never_given"}
    drafts.choose(draft, [str(dose.public_id)], missing=False, kinds=kinds)

    assert count_of(world) == 1


def test_after_a_correction_one_tap_says_that_it_is_right(world: World, lan: Client):
    case = accept(world, file_one(world))
    text = text_of(lan)
    assert "Is it right now?" in text
    assert f"/corrections/{case.reference}/reopen/" in text

    answer = lan.post(
        f"/corrections/{case.reference}/confirm/", {"person": str(case.citizen.public_id)}
    )

    assert answer.url == f"/record/?person={case.citizen.public_id}"
    assert count_of(world) == 0
    assert Correction.objects.get().confirmed_at is not None


def test_after_still_wrong_it_is_no_task_of_the_citizen(world: World):
    actions.reopen(accept(world, file_one(world)), by=world.user("lan"), words="Lô vẫn sai")

    assert count_of(world) == 0


def test_a_refusal_leads_on_until_it_is_put_away(world: World, lan: Client):
    case = refuse(world, file_one(world))
    assert "Why, and what you can do" in text_of(lan)

    lan.post(f"/corrections/{case.reference}/dismiss/")

    assert count_of(world) == 0
    assert case.reference in text_of(lan, "/corrections/")


@pytest.mark.parametrize("step", ["appeal", "log_disagreement", "again"])
def test_a_refusal_that_was_gone_on_with_waits_no_more(world: World, step: str):
    case, by = refuse(world, file_one(world)), world.user("lan")
    match step:
        case "appeal":
            actions.appeal(case, by=by, words="Trên giấy ghi Pfizer")
        case "log_disagreement":
            actions.log_disagreement(case, by=by, words="Trên giấy ghi Pfizer")
        case _:
            file_one(world, key="key-2", dose=case.dose, proposed={"vaccine": "PF"})

    assert count_of(world) == 0


def test_old_answers_are_no_tasks(world: World):
    refuse(world, file_one(world))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE corrections_correction SET decided_at = decided_at - interval '31 days'"
        )
        cursor.execute("SET session_replication_role = DEFAULT")

    assert count_of(world) == 0


def test_a_guardian_reads_whose_task_it_is(world: World, lan: Client):
    dose = worlds.dose(world, whose="child")
    ask(world, file_one(world, whose="child", dose=dose, proposed={"vaccine": "PF"}))

    text = text_of(lan)

    assert world.citizens["child"].full_name in text[text.index("Your tasks") :][:900]


def test_nobody_reads_the_tasks_of_others(world: World, as_citizen: SignIn):
    ask(world, file_one(world))

    assert "Your tasks" not in text_of(as_citizen(world.user("binh")))


def state_on_record(client: Client, person: str = "") -> str:
    text = text_of(client, f"/record/?person={person}" if person else "/record/")
    return text[text.index('class="doses"') :]


def test_the_dose_under_correction_says_where_its_case_stands(world: World, lan: Client):
    case = file_one(world)
    assert "Being checked · answer by" in state_on_record(lan)

    case = ask(world, case)
    assert "Waiting for your answer, until" in state_on_record(lan)

    case = actions.answer(case, by=world.user("lan"), words="Đây ạ")
    case = refuse(world, case)
    assert "Refused · why, and what you can do" in state_on_record(lan)

    actions.appeal(case, by=world.user("lan"), words="Trên giấy ghi Pfizer")
    assert "Your appeal is being decided" in state_on_record(lan)


def test_a_childs_dose_is_spoken_of_in_the_childs_name(world: World, lan: Client):
    child = world.citizens["child"]
    dose = worlds.dose(world, whose="child")
    case = file_one(world, whose="child", dose=dose, proposed={"vaccine": "PF"})

    before = state_on_record(lan, str(child.public_id))
    refuse(world, case)
    after = state_on_record(lan, str(child.public_id))

    assert f"The dose of {child.full_name} is being checked" in before
    assert f"The dose of {child.full_name}: Refused" in after


def test_a_refused_dose_that_was_put_right_since_is_no_longer_called_refused(
    world: World, lan: Client
):
    case = refuse(world, file_one(world))
    accept(world, file_one(world, key="key-2", dose=case.dose, proposed={"vaccine": "PF"}))

    assert "Refused" not in state_on_record(lan)


def missing(world: World) -> Correction:
    return file_one(world, proposed=MISSING, named_site=world.buoi)


def test_a_refused_dose_stays_with_its_answer_until_it_is_put_away_and_comes_back(
    world: World, lan: Client
):
    case = refuse(world, missing(world))
    shown = state_on_record(lan)
    assert "21/11/2021" in shown
    assert "Refused · why, and what you can do" in shown

    lan.post(f"/corrections/{case.reference}/dismiss/")
    lan.post(f"/corrections/{case.reference}/dismiss/")
    assert "21/11/2021" not in text_of(lan)
    assert "Show it again" in text_of(lan, f"/corrections/{case.reference}/")

    lan.post(f"/corrections/{case.reference}/restore/")
    assert "21/11/2021" in state_on_record(lan)
    assert [row.is_dismissed for row in Dismissal.objects.all()] == [True, False]
    assert {row.by for row in Dismissal.objects.all()} == {world.user("lan")}


def test_a_newer_answer_is_shown_although_the_older_was_put_away(world: World, lan: Client):
    case = refuse(world, missing(world))
    actions.dismiss(case, by=world.user("lan"))

    actions.log_disagreement(case, by=world.user("lan"), words="Tôi có tiêm")

    assert "disagreement on record" in state_on_record(lan)


def test_only_an_answer_that_granted_nothing_can_be_put_away(world: World, lan: Client):
    case = file_one(world)

    assert lan.post(f"/corrections/{case.reference}/dismiss/").status_code == 409
    with pytest.raises(StepNotPossible):
        actions.dismiss(accept(world, case), by=world.user("lan"))
    assert not Dismissal.objects.exists()


def test_nothing_that_was_put_away_can_be_rewritten(world: World):
    actions.dismiss(refuse(world, missing(world)), by=world.user("lan"))

    for change in (
        lambda: Dismissal.objects.update(is_dismissed=False),
        lambda: Dismissal.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_a_missing_dose_is_begun_in_one_tap_and_not_begun_twice(world: World, lan: Client):
    worlds.dose(world)
    pages = [lan.post("/corrections/new/missing/").url for _time in range(2)]

    assert pages[0] == pages[1]
    assert count_of(world) == 0
    assert lan.get(pages[0]).status_code == 200

    lan.post(pages[0], MISSING)
    assert lan.post("/corrections/new/missing/").url == pages[0]
    assert count_of(world) == 1
    assert [item.key for item in drafts.items(Draft.objects.get())] == ["missing-1"]

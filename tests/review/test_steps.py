"""What staff do with a case beside deciding it: ask, pass on, note; appeals; the clocks they read."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from corrections import actions
from corrections.lifecycle import Ground, Status
from corrections.models import Correction
from corrections.ready_questions import Need
from review.forms.steps import UNKNOWN
from tests import world as worlds
from tests.cases import colleague, file_one, make_overdue
from tests.conftest import SignIn
from tests.factories.citizens import RecordLinkFactory
from tests.world import World
from vaxreg import db_time


def page(case: Correction, step: str = "") -> str:
    return f"/review/{case.reference}/{step}"


def sent(case: Correction, **more: Any) -> dict[str, Any]:
    return {"version": case.version, **more}


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    return as_staff(world.user("minh"))


@pytest.fixture
def appealed(world: World, correction: Correction) -> Correction:
    """Refused by Minh; Lan appeals, and it lies on Hương's desk."""
    refused = actions.refuse(
        correction, by=world.user("minh"), ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ quá"
    )
    return actions.appeal(refused, by=world.user("lan"), words="Ảnh đọc được rõ")


def test_the_case_page_offers_the_steps_of_the_desk(correction: Correction, minh: Client):
    shown = minh.get(page(correction)).content.decode()

    for step in ("decide/", "ask/", "pass-on/", "note/", "pick-up/"):
        assert page(correction, step) in shown


@pytest.mark.parametrize("need", [need for need in Need if need != Need.OTHER])
def test_a_ready_question_is_sent_in_the_citizens_language(
    world: World, correction: Correction, minh: Client, need: Need
):
    lan = world.user("lan")
    lan.language = "en"
    lan.save()

    answer = minh.post(page(correction, "ask/"), sent(correction, need=need.value, question=""))

    correction.refresh_from_db()
    asked = correction.events.get(step="ask").remark
    assert answer.status_code == 302
    assert correction.status == Status.WAITING
    assert asked.isascii()
    assert asked.startswith(("We cannot", "A part", "Please send", "At which"))


def test_an_edited_question_is_sent_as_written(correction: Correction, minh: Client):
    minh.post(
        page(correction, "ask/"),
        sent(correction, need="photo_again", question="Chị chụp lại mặt sau tờ giấy giúp em."),
    )

    assert correction.events.get(step="ask").remark == "Chị chụp lại mặt sau tờ giấy giúp em."


@pytest.mark.parametrize(("typed", "field"), [({}, "need"), ({"need": "other"}, "question")])
def test_an_empty_question_is_refused_beside_its_field(
    correction: Correction, minh: Client, typed: dict[str, str], field: str
):
    answer = minh.post(page(correction, "ask/"), sent(correction, **typed))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_the_same_question_twice_is_refused_and_kept(
    world: World, correction: Correction, minh: Client
):
    asked = actions.ask(correction, by=world.user("minh"), question="Tiêm ở đâu?")
    again = actions.answer(asked, by=world.user("lan"), words="Ở trường học")

    answer = minh.post(page(again, "ask/"), sent(again, need="other", question="Tiêm ở  đâu?"))

    assert answer.status_code == 422
    assert "Tiêm ở  đâu?" in answer.content.decode()


def test_the_question_page_says_how_long_the_clock_may_still_stop(
    world: World, correction: Correction, minh: Client
):
    later = correction.received_at + timedelta(days=2)
    with db_time.at(correction.received_at):
        asked = actions.ask(correction, by=world.user("minh"), question="Tiêm ở đâu?")
    with db_time.at(later):
        actions.answer(asked, by=world.user("lan"), words="Ở trường học")

    shown = minh.get(page(correction, "ask/")).content.decode()

    assert "nay còn 5 ngày" in shown


def test_while_the_citizen_is_asked_the_case_can_still_be_decided(
    world: World, correction: Correction, minh: Client
):
    actions.ask(correction, by=world.user("minh"), question="Tiêm ở đâu?")

    shown = minh.get(page(correction)).content.decode()

    assert "Đang chờ người dân trả lời" in shown
    assert "sla--paused" in shown
    assert page(correction, "decide/") in shown
    assert page(correction, "ask/") not in shown


def test_a_stale_question_is_not_sent_and_its_words_are_kept(
    world: World, correction: Correction, minh: Client
):
    before = correction.version
    actions.keep(correction, by=world.user("minh"), remark="Chờ sổ giấy")

    answer = minh.post(
        page(correction, "ask/"),
        {"version": before, "need": "other", "question": "Tiêm mũi này ở đâu?"},
    )

    assert answer.status_code == 409
    assert "Tiêm mũi này ở đâu?" in answer.content.decode()
    assert not correction.events.filter(step="ask").exists()


def test_a_case_held_by_a_colleague_is_neither_asked_about_nor_passed_on(
    world: World, correction: Correction, minh: Client
):
    held = actions.pick_up(correction, by=colleague(world))

    for step in ("ask/", "pass-on/"):
        assert minh.get(page(correction, step)).url == page(correction)
    refused = minh.post(page(held, "ask/"), sent(held, need="photo_again"))

    assert refused.status_code == 409


def test_a_familys_case_is_not_asked_about(world: World, correction: Correction, minh: Client):
    RecordLinkFactory.create(
        relative=True,
        user=world.user("minh"),
        citizen=world.citizens["lan"],
    )

    for step in ("ask/", "pass-on/", "note/", "countersign/"):
        answer = minh.post(page(correction, step), sent(correction, text="x", need="photo_again"))
        assert answer.status_code == 403
        assert "người trong gia đình bạn" in answer.content.decode()


def test_not_ours_is_passed_on_to_a_site_found_without_diacritics(
    world: World, correction: Correction, minh: Client
):
    found = minh.post(
        page(correction, "pass-on/"),
        sent(correction, q="lang thuong", search="1", reason="Tiêm ở Láng Thượng"),
    )
    shown = found.content.decode()
    assert found.status_code == 200
    assert str(world.lang_thuong.public_id) in shown
    assert "Tiêm ở Láng Thượng" in shown

    answer = minh.post(
        page(correction, "pass-on/"),
        sent(
            correction,
            q="lang thuong",
            to=str(world.lang_thuong.public_id),
            reason="Tiêm ở Láng Thượng",
        ),
    )

    correction.refresh_from_db()
    assert answer.url == "/review/"
    assert correction.holder == world.lang_thuong
    assert correction.bounces == 1


def test_not_knowing_whose_it_is_sends_it_up(world: World, correction: Correction, minh: Client):
    assert world.tay_ho.name in minh.get(page(correction, "pass-on/")).content.decode()

    minh.post(
        page(correction, "pass-on/"), sent(correction, to=UNKNOWN, reason="Không rõ nơi tiêm")
    )

    correction.refresh_from_db()
    assert correction.holder == world.tay_ho
    assert correction.triage_due_at is not None


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({}, ["to", "reason"]),
        ({"to": UNKNOWN}, ["reason"]),
        ({"to": "x" * 36, "reason": "Không phải"}, ["to"]),
    ],
)
def test_passing_on_needs_a_target_and_a_reason(
    correction: Correction, minh: Client, typed: dict[str, str], fields: list[str]
):
    answer = minh.post(page(correction, "pass-on/"), sent(correction, **typed))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == fields


def test_the_third_bounce_says_that_the_district_gets_it(
    world: World, correction: Correction, minh: Client
):
    Correction.objects.filter(pk=correction.pk).update(bounces=2)

    shown = minh.get(page(correction, "pass-on/")).content.decode()
    minh.post(page(correction, "pass-on/"), sent(correction, reason="Không phải của trạm"))

    correction.refresh_from_db()
    assert "lần thứ ba" in shown
    assert 'name="to"' not in shown
    assert correction.holder == world.tay_ho
    assert correction.triage_due_at is None


def test_a_site_that_lost_its_staff_meanwhile_is_refused_with_words(
    world: World, correction: Correction, minh: Client, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_args: object, **_named: object) -> None:
        raise actions.CannotReceive

    monkeypatch.setattr(actions, "pass_on", refuse)
    answer = minh.post(
        page(correction, "pass-on/"),
        sent(correction, q="lang", to=str(world.lang_thuong.public_id), reason="Không phải"),
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["to"]


def test_a_note_is_kept_for_colleagues_and_not_shown_to_the_citizen(
    world: World, correction: Correction, minh: Client, as_citizen: SignIn
):
    minh.post(page(correction, "note/"), {"text": "Đã gọi trạm cũ, chờ sổ giấy"})

    assert "chờ sổ giấy" in minh.get(page(correction)).content.decode()
    own = as_citizen(world.user("lan")).get(f"/corrections/{correction.reference}/")
    assert "chờ sổ giấy" not in own.content.decode()


def test_an_empty_note_is_refused_beside_its_field(correction: Correction, minh: Client):
    answer = minh.post(page(correction, "note/"), {"text": " "})

    assert answer.status_code == 422
    assert list(answer.context["note_form"].errors) == ["text"]


def test_a_closed_case_can_still_be_noted(world: World, correction: Correction, minh: Client):
    actions.withdraw(correction, by=world.user("lan"))

    answer = minh.post(page(correction, "note/"), {"text": "Chị Lan đã gọi"}, follow=True)

    assert "Chị Lan đã gọi" in answer.content.decode()
    assert "sla--over" not in answer.content.decode()


def test_a_refusal_is_shown_as_the_citizen_will_read_it(correction: Correction, minh: Client):
    answer = minh.post(
        page(correction, "decide/"),
        sent(correction, outcome="refuse", ground="photo_blurred", sentence="Ảnh mờ quá chị ạ"),
    )

    shown = answer.content.decode()
    assert "Người dân sẽ đọc thấy" in shown
    assert "Ảnh mờ quá chị ạ" in shown
    assert "Khiếu nại trong vòng 30 ngày: Trung tâm Y tế Quận Tây Hồ" in shown
    assert "lưu ý kiến không đồng ý" in shown


def test_an_acceptance_is_shown_with_what_the_citizen_can_do_next(
    correction: Correction, minh: Client
):
    answer = minh.post(page(correction, "decide/"), sent(correction, outcome="accept"))

    assert "Xác nhận sổ tiêm nay đã đúng" in answer.content.decode()
    assert "Khiếu nại trong vòng" not in answer.content.decode()


def test_an_appeal_lies_marked_in_the_queue_of_the_level_above(
    world: World, appealed: Correction, as_staff: SignIn
):
    shown = as_staff(world.user("huong")).get("/review/").content.decode()

    assert appealed.reference in shown
    assert "Khiếu nại" in shown


def test_the_page_of_an_appeal_shows_the_first_decision_and_speaks_of_the_appeal(
    world: World, appealed: Correction, as_staff: SignIn
):
    shown = as_staff(world.user("huong")).get(page(appealed)).content.decode()

    assert "Quyết định lần đầu" in shown
    assert "Trạm Y tế Phường Bưởi" in shown
    assert "Ảnh mờ quá" in shown
    assert "Ảnh đọc được rõ" in shown
    assert "Chấp nhận khiếu nại" in shown
    assert "Bác khiếu nại" in shown
    assert page(appealed, "pass-on/") not in shown


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"outcome": "accept"}, Status.ACCEPTED),
        (
            {"outcome": "refuse", "ground": "photo_blurred", "sentence": "Vẫn không đọc được"},
            Status.UPHELD,
        ),
    ],
)
def test_an_appeal_is_granted_or_refused(
    world: World,
    appealed: Correction,
    as_staff: SignIn,
    typed: dict[str, str],
    status: Status,
):
    client = as_staff(world.user("huong"))

    answer = client.post(page(appealed, "decide/"), sent(appealed, confirmed="1", **typed))

    appealed.refresh_from_db()
    assert answer.status_code == 302
    assert appealed.status == status


def test_who_decided_first_has_no_part_in_the_appeal(
    world: World, appealed: Correction, as_staff: SignIn
):
    minh = world.user("minh")
    worlds.Membership.objects.create(
        user=minh,
        organization=world.tay_ho,
        role="officer",
        since=db_time.now() - timedelta(days=9),
    )

    answer = as_staff(minh).post(page(appealed, "decide/"), sent(appealed, outcome="accept"))

    assert answer.status_code == 403
    assert "quyết định lần đầu" in answer.content.decode()


def test_an_answered_question_is_marked_in_the_queue_and_read_on_the_case(
    world: World, correction: Correction, minh: Client
):
    asked = actions.ask(correction, by=world.user("minh"), question="Tiêm ở đâu?")
    actions.answer(asked, by=world.user("lan"), words="Ở trường tiểu học")

    assert "Đã trả lời" in minh.get("/review/").content.decode()
    assert "Ở trường tiểu học" in minh.get(page(correction)).content.decode()


def test_the_case_page_explains_its_deadline_line_by_line(
    world: World, correction: Correction, minh: Client
):
    with db_time.at(correction.received_at + timedelta(hours=3)):
        asked = actions.ask(correction, by=world.user("minh"), question="Tiêm ở đâu?")
    with db_time.at(correction.received_at + timedelta(hours=8)):
        actions.answer(asked, by=world.user("lan"), words="Ở trường tiểu học")
        shown = minh.get(page(correction)).content.decode()

    explained = shown[shown.index("Vì sao đến hạn lúc này?") :]
    for words in (
        "Hệ thống ghi nhận",
        "+ 48 giờ 00 phút",
        "+ 5 giờ 00 phút",
        "luật bảo vệ dữ liệu",
    ):
        assert words in explained


def test_staff_see_who_held_the_case_and_the_missed_deadline(
    world: World, correction: Correction, minh: Client
):
    late = make_overdue(correction)
    actions.pick_up(late, by=world.user("minh"))

    shown = minh.get(page(correction)).content.decode()

    assert "Thời hạn và đơn vị giữ hồ sơ" in shown
    assert "Các lần lỡ hạn đã ghi nhận" in shown
    assert "từ khi gửi" in shown


def test_an_officer_gives_a_case_on_her_own_desk_to_another_site(
    world: World, correction: Correction, as_staff: SignIn
):
    taken = actions.take_over(make_overdue(correction), by=world.user("huong"), reason="Trễ hạn")
    client = as_staff(world.user("huong"))

    shown = client.get(f"/oversight/cases/{taken.reference}/").content.decode()
    answer = client.post(
        f"/oversight/cases/{taken.reference}/reassign/",
        sent(taken, to=str(world.buoi.public_id), reason="Trạm đã có người"),
    )

    taken.refresh_from_db()
    assert f"/oversight/cases/{taken.reference}/reassign/" in shown
    assert answer.status_code == 302
    assert taken.holder == world.buoi


def test_a_case_filed_twice_passed_on_tells_how_often(world: World, minh: Client):
    case = file_one(world)
    Correction.objects.filter(pk=case.pk).update(bounces=2)

    assert "Chuyển lần 2" in minh.get("/review/").content.decode()

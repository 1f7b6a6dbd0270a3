"""What a health officer does about a whole site: reminders, notes, giving its cases away."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from corrections import actions, outbox
from corrections.models import Correction
from messaging.models import Message
from organizations.models import Membership
from oversight import bulk_reassign, bulk_remind
from review import notes
from review.models import OfficerNote
from tests.conftest import SignIn
from tests.factories.accounts import staff_user
from tests.factories.citizens import RecordLinkFactory
from tests.oversight.officers import leave
from tests.pages import in_english, text_of
from tests.reporting.caseload import write_case
from tests.world import LONG_AGO, World
from vaxreg import db_time

HOUR = timedelta(hours=1)


@pytest.fixture
def huong(world: World, as_staff: SignIn) -> Client:
    return in_english(as_staff(world.user("huong")))


@pytest.fixture
def staffed(world: World) -> World:
    """The small country, in which Phường Quảng An has a reviewer too."""
    nurse = staff_user(email="thu@example.vn", full_name="Nguyễn Thị Thu")
    Membership.objects.create(
        user=nurse, organization=world.quang_an, role="reviewer", since=db_time.now() - LONG_AGO
    )
    world.users["thu"] = nurse
    return world


def late_case(world: World, hours: int = 60, **changed: object) -> Correction:
    holder = changed.pop("holder", world.buoi)
    return write_case(world, holder, db_time.now() - hours * HOUR, **changed)


def make_family(user: User, case: Correction) -> None:
    RecordLinkFactory.create(
        relative=True,
        user=user,
        citizen=case.citizen,
        since=db_time.now() - LONG_AGO,
    )


def reminders(case: Correction) -> int:
    return case.events.filter(step="remind").count()


def deliver() -> list[Message]:
    """Do what the sweep does with bundles; return the e-mails that were written."""
    with db_time.at(db_time.now() + timedelta(minutes=1)):
        outbox.do_bundles(until=float("inf"))
    return list(Message.objects.filter(channel="email").order_by("pk"))


def page_of(world: World, step: str = "") -> str:
    return f"/oversight/sites/{world.buoi.public_id}/" + (f"{step}/" if step else "")


def test_a_site_reads_of_all_that_is_late_in_one_email(staffed: World):
    cases = [late_case(staffed, 60 + number) for number in range(12)]

    done = bulk_remind.remind_all(staffed.buoi, by=staffed.user("huong"), remark="Xin xử lý.")

    [email] = deliver()
    assert done.cases == 12
    assert email.user == staffed.user("minh")
    assert "12" in email.subject
    assert "Xin xử lý." in email.text
    assert max(cases, key=lambda case: case.pk).reference in email.text
    assert all(reminders(case) == 1 for case in cases)


def test_a_press_handles_more_than_two_hundred_and_says_what_it_left(
    staffed: World, huong: Client, monkeypatch: pytest.MonkeyPatch
):
    for number in range(7):
        late_case(staffed, 60 + number)
    monkeypatch.setattr(bulk_remind, "MOST_REMINDED", 5)

    first = huong.post(page_of(staffed, "remind"), follow=True)
    second = huong.post(page_of(staffed, "remind"), follow=True)

    assert "was reminded of 5 cases. 2 more wait for the next press." in text_of(first)
    assert "was reminded of 2 cases." in text_of(second)
    assert "5 were left out: reminded of within the last 24 hours." in text_of(second)


def test_reminding_of_many_takes_the_same_number_of_statements_as_of_a_few(staffed: World):
    by = staffed.user("huong")
    late_case(staffed)
    with CaptureQueriesContext(connection) as few:
        bulk_remind.remind_all(staffed.buoi, by=by)
    for number in range(20):
        late_case(staffed, 60 + number)

    with CaptureQueriesContext(connection) as all_of_them:
        done = bulk_remind.remind_all(staffed.buoi, by=by)

    assert done.cases == 20
    assert len(all_of_them) == len(few)


def test_nobody_reminds_of_cases_of_the_own_family_or_of_the_own_filing(staffed: World):
    by = staffed.user("huong")
    own, filed, other = late_case(staffed), late_case(staffed), late_case(staffed)
    make_family(by, own)
    filed.filing.filed_by = by
    filed.filing.save()

    done = bulk_remind.remind_all(staffed.buoi, by=by)

    assert (done.cases, done.own) == (1, 2)
    assert [reminders(case) for case in (own, filed, other)] == [0, 0, 1]


def test_a_province_reminds_everybody_under_a_district_each_site_once(staffed: World):
    cases = [late_case(staffed), late_case(staffed), late_case(staffed, holder=staffed.quang_an)]
    elsewhere = late_case(staffed, holder=staffed.lang_thuong)

    done = bulk_remind.remind_all(staffed.tay_ho, by=staffed.user("phuc"), whole=True)

    emails = deliver()
    assert (done.cases, done.sites) == (3, 2)
    assert {email.user for email in emails} == {staffed.user("minh"), staffed.user("thu")}
    assert len(emails) == 2
    assert [reminders(case) for case in cases] == [1, 1, 1]
    assert reminders(elsewhere) == 0


def test_cases_on_the_officers_own_desk_are_left_out_and_told(staffed: World):
    late_case(staffed, holder=staffed.tay_ho)
    late_case(staffed)

    done = bulk_remind.remind_all(staffed.tay_ho, by=staffed.user("huong"), whole=True)

    assert (done.cases, done.on_own_desk) == (1, 1)


def test_an_officer_of_another_district_reminds_nobody(staffed: World, as_staff: SignIn):
    case = late_case(staffed)

    with pytest.raises(PermissionDenied):
        bulk_remind.remind_all(staffed.buoi, by=staffed.user("duc"))
    answer = as_staff(staffed.user("duc")).post(page_of(staffed, "remind"))

    assert answer.status_code == 404
    assert reminders(case) == 0


def test_a_note_is_stored_emailed_and_shown_until_somebody_marks_it_as_read(
    staffed: World, huong: Client, as_staff: SignIn
):
    answer = huong.post(page_of(staffed, "note"), {"text": "Xin gọi cho tôi."}, follow=True)
    minh = in_english(as_staff(staffed.user("minh")))
    note = OfficerNote.objects.get()

    before = text_of(minh.get("/review/"))
    read = minh.post(f"/review/notes/{note.public_id}/read/", follow=True)
    note.refresh_from_db()
    site = text_of(huong.get(page_of(staffed)))

    assert "The note to Trạm Y tế Phường Bưởi is stored" in text_of(answer)
    assert "Xin gọi cho tôi." in Message.objects.get(purpose="officer.note").text
    assert "A note from Trung tâm Y tế Quận Tây Hồ" in before
    assert "Xin gọi cho tôi." not in text_of(read)
    assert (note.read_by, note.read_at is not None) == (staffed.user("minh"), True)
    assert "read by Phạm Thị Minh at" in site
    assert "Note written by Đỗ Thu Hương today at" in site


def test_a_note_to_a_site_without_people_goes_to_its_own_address(staffed: World):
    staffed.user("thu").memberships.update(until=db_time.now())

    notes.write_note(staffed.quang_an, by=staffed.user("huong"), text="Ai trực?")

    message = Message.objects.get(purpose="officer.note")
    assert message.recipient == staffed.quang_an.email
    assert message.user is None


def test_an_empty_note_is_not_stored(staffed: World, huong: Client):
    answer = huong.post(page_of(staffed, "note"), {"text": "  "})

    assert answer.status_code == 422
    assert "Write what the site is to know or do." in text_of(answer)
    assert not OfficerNote.objects.exists()


def test_only_the_people_of_the_site_mark_a_note_as_read(staffed: World, as_staff: SignIn):
    note = notes.write_note(staffed.buoi, by=staffed.user("huong"), text="Xin gọi.")
    address = f"/review/notes/{note.public_id}/read/"

    answers = {
        name: as_staff(staffed.user(name)).post(address).status_code
        for name in ("tuan", "thu", "huong", "mai")
    }
    with pytest.raises(PermissionDenied):
        notes.mark_read(note, by=staffed.user("huong"))

    note.refresh_from_db()
    assert set(answers.values()) == {404}
    assert note.read_at is None


def test_the_first_who_reads_a_note_stays_on_record(staffed: World):
    note = notes.write_note(staffed.buoi, by=staffed.user("huong"), text="Xin gọi.")
    Membership.objects.create(
        user=staffed.user("thu"), organization=staffed.buoi, role="lead", since=db_time.now()
    )
    notes.mark_read(note, by=staffed.user("minh"))

    again = notes.mark_read(note, by=staffed.user("thu"))

    assert again.read_by == staffed.user("minh")


def test_an_officer_writes_no_note_to_other_districts_nor_to_the_own_desk(
    staffed: World, huong: Client
):
    for organization in (staffed.lang_thuong, staffed.tay_ho):
        with pytest.raises(PermissionDenied):
            notes.write_note(organization, by=staffed.user("huong"), text="Xin gọi.")

    own = huong.post(f"/oversight/sites/{staffed.tay_ho.public_id}/note/", {"text": "Xin gọi."})
    other = huong.post(
        f"/oversight/sites/{staffed.lang_thuong.public_id}/note/", {"text": "Xin gọi."}
    )

    assert (own.status_code, other.status_code) == (403, 404)


def test_the_database_lets_nobody_rewrite_or_delete_a_note(staffed: World):
    note = notes.write_note(staffed.buoi, by=staffed.user("huong"), text="Xin gọi.")
    notes.mark_read(note, by=staffed.user("minh"))

    for change in (
        lambda: OfficerNote.objects.filter(pk=note.pk).update(text="Khác"),
        lambda: OfficerNote.objects.filter(pk=note.pk).update(read_at=db_time.now()),
        lambda: OfficerNote.objects.filter(pk=note.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def ticks(*cases: Correction) -> list[str]:
    return [f"{case.reference}:{case.version}" for case in cases]


def test_several_cases_are_given_away_with_one_press_and_their_new_desk_hears_once(
    staffed: World, huong: Client
):
    cases = [late_case(staffed, 60 + number) for number in range(3)]

    answer = huong.post(
        page_of(staffed, "give"),
        {"case": ticks(*cases), "to": staffed.quang_an.public_id, "reason": "Bưởi quá tải"},
        follow=True,
    )

    emails = [email for email in deliver() if email.purpose.startswith("correction.reassign")]
    assert "3 cases were sent" in text_of(answer)
    assert {Correction.objects.get(pk=case.pk).holder for case in cases} == {staffed.quang_an}
    assert [case.events.get(step="reassign").remark for case in cases] == ["Bưởi quá tải"] * 3
    assert [email.user for email in emails] == [staffed.user("thu")]
    assert "3 cases given to Trạm Y tế Phường Quảng An" in text_of(answer)


def test_what_could_not_be_given_is_told_case_by_case(staffed: World, huong: Client):
    going, stale, gone, decided = (late_case(staffed, 60 + number) for number in range(4))
    sent = ticks(going, stale, gone, decided)
    actions.pick_up(stale, by=staffed.user("minh"))
    actions.take_over(gone, by=staffed.user("huong"), reason="Gấp")
    actions.pick_up(decided, by=staffed.user("minh"))
    actions.refuse(decided, by=staffed.user("minh"), ground="photo_blurred", remark="Ảnh mờ")

    answer = huong.post(
        page_of(staffed, "give"),
        {"case": sent, "to": staffed.quang_an.public_id, "reason": "Bưởi quá tải"},
        follow=True,
    )

    text = text_of(answer)
    assert "1 case was sent" in text
    assert "3 cases stayed here" in text
    assert f"{stale.reference} : It has changed since you opened the page." in text
    assert f"{gone.reference} : It is at Trung tâm Y tế Quận Tây Hồ now." in text
    assert f"{decided.reference} : It was decided at" in text


def test_cases_of_the_family_appeals_and_cases_without_a_site_are_not_offered(staffed: World):
    by = staffed.user("huong")
    plain, own = late_case(staffed), late_case(staffed)
    make_family(by, own)
    late_case(staffed, on_appeal=True)
    late_case(staffed, triage_due_at=db_time.now())

    choice = bulk_reassign.cases_to_give(staffed.buoi, by)

    assert [line.case for line in choice.lines] == [plain]
    assert (choice.family, choice.appeals, choice.unplaced) == (1, 1, 1)


def test_a_case_of_the_family_stays_though_its_box_is_sent(staffed: World, huong: Client):
    case = late_case(staffed)
    make_family(staffed.user("huong"), case)

    answer = huong.post(
        page_of(staffed, "give"),
        {"case": ticks(case), "to": staffed.quang_an.public_id, "reason": "Bưởi quá tải"},
        follow=True,
    )

    case.refresh_from_db()
    assert "It is about you or your family. A colleague must handle it." in text_of(answer)
    assert case.holder == staffed.buoi


def test_late_cases_that_nobody_is_working_on_are_ticked(staffed: World):
    late, busy, in_time = late_case(staffed), late_case(staffed), late_case(staffed, 5)
    actions.pick_up(busy, by=staffed.user("minh"))

    choice = bulk_reassign.cases_to_give(staffed.buoi, staffed.user("huong"))

    assert {line.case: line.is_ticked for line in choice.lines} == {
        late: True,
        busy: False,
        in_time: False,
    }


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"case": []}, "Tick at least one case."),
        ({"case": ["VR-AAAA-AAAA:x", "nonsense"]}, "Tick at least one case."),
        ({"reason": " "}, "Write the reason: it stays with the case."),
        ({"to": "lang_thuong"}, "This organization is not within your reach."),
        ({"to": "hospital"}, "This organization is not within your reach."),
    ],
)
def test_a_wrong_form_gives_nothing_away_and_keeps_what_was_typed(
    staffed: World, huong: Client, changed: dict[str, object], words: str
):
    case = late_case(staffed)
    form = {"case": ticks(case), "to": staffed.quang_an.public_id, "reason": "Bưởi quá tải"}
    to = changed.get("to")
    sent = form | changed | ({"to": getattr(staffed, str(to)).public_id} if to else {})

    answer = huong.post(page_of(staffed, "give"), sent)

    case.refresh_from_db()
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert case.holder == staffed.buoi


def test_a_site_that_lost_its_last_reviewer_meanwhile_gets_nothing(staffed: World, huong: Client):
    case = late_case(staffed)
    staffed.user("thu").memberships.update(until=db_time.now())

    answer = huong.post(
        page_of(staffed, "give"),
        {"case": ticks(case), "to": staffed.quang_an.public_id, "reason": "Bưởi quá tải"},
    )

    assert answer.status_code == 422
    assert "Trạm Y tế Phường Quảng An cannot take the case" in text_of(answer)


def test_the_contact_card_says_whom_to_call_and_who_decides(staffed: World, huong: Client):
    User.objects.filter(pk=staffed.user("minh").pk).update(last_login=db_time.now() - HOUR)

    text = text_of(huong.get(page_of(staffed)))
    page = huong.get(page_of(staffed)).content.decode()

    assert "tel:02438230000" not in page
    assert "Phạm Thị Minh · Reviewer · decides" in text
    assert "last signed in at" in text
    assert "Trung tâm Y tế Quận Tây Hồ → Sở Y tế Hà Nội → Bộ Y tế" in text


def test_a_site_that_cannot_receive_says_who_does_meanwhile(world: World, huong: Client):
    leave(world.quang_an)
    text = text_of(huong.get(f"/oversight/sites/{world.quang_an.public_id}/"))

    assert "New cases go to Trung tâm Y tế Quận Tây Hồ until a reviewer is appointed." in text
    assert "Appoint a reviewer" in text

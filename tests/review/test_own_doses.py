"""A site puts its own doses right: with a reason, told to the person, by two where the rules say so."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.models import User
from corrections.models import Policy
from doses import sessions
from doses.actions import revise
from doses.models import Dose
from messaging.models import Message
from organizations.models import Membership
from review.models import DoseChange
from review.own_doses import mending
from tests import world as worlds
from tests.cases import file_one
from tests.conftest import SignIn
from tests.factories.accounts import verify, verify_again
from tests.world import LONG_AGO, World
from vaxreg import db_time

pytestmark = pytest.mark.django_db
WHY = "Danh sách buổi tiêm ghi lô FG3527"


@pytest.fixture
def dose(world: World) -> Dose:
    """Lan's AstraZeneca of 29/08/2021 at Phường Bưởi."""
    return worlds.dose(world)


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    return as_staff(world.user("minh"))


@pytest.fixture
def colleague(world: World) -> User:
    user = User.objects.create_user(email="ha@example.vn", full_name="Ngô Thị Hà", password="x")
    verify(user)
    Membership.objects.create(
        user=user, organization=world.buoi, role="lead", since=db_time.now() - LONG_AGO
    )
    return user


def two_people(*reasons: str) -> None:
    """Ask for a second person by these names of the rules."""
    Policy.objects.create(
        version=2, four_eyes=list(reasons), second_look_percent=0, made_at=db_time.now()
    )


def page(dose: Dose) -> str:
    return f"/review/doses/{dose.public_id}/"


def sent(dose: Dose, **more: object) -> dict[str, object]:
    return {
        "vaccine": "AZ",
        "given_on": "29/08/2021",
        "lot": "ABX4112",
        "position": "primary-1",
        "why": WHY,
        "revision": dose.revision,
        **more,
    }


def changed(dose: Dose, world: World, wanted: dict[str, str], who: str = "minh") -> DoseChange:
    return mending.change(
        dose,
        wanted,
        why=WHY,
        revision=dose.revision,
        by=world.user(who),
        by_organization=world.buoi,
    )


@pytest.mark.parametrize(
    ("more", "field", "expected"),
    [
        ({"lot": "fg3527"}, "lot", "FG3527"),
        ({"given_on": "30/08/2021"}, "given_on", date(2021, 8, 30)),
        ({"position": "primary-2"}, "ordinal", 2),
        ({"lot": ""}, "lot", ""),
    ],
)
def test_a_site_puts_a_fact_of_its_own_dose_right_at_once(
    world: World, minh: Client, dose: Dose, more: dict[str, str], field: str, expected: object
):
    shown = minh.post(page(dose), sent(dose, **more))
    if shown.status_code == 200:
        minh.post(page(dose), sent(dose, **more, seen=shown.context["sign"]))

    dose.refresh_from_db()
    revision = dose.revisions.get(number=2)
    assert getattr(dose, field) == expected
    assert (revision.by, revision.by_organization, revision.why) == (
        world.user("minh"), world.buoi, WHY,
    )  # fmt: skip
    assert dose.provenance == "site_entry"


def test_what_is_doubtful_after_the_change_is_said_first_and_kept_if_it_is_left_standing(
    world: World, minh: Client, dose: Dose
):
    sessions.receive_lot(
        world.buoi, world.pfizer, "FG3527", received_on=date(2021, 8, 1), by=world.user("minh")
    )

    shown = minh.post(page(dose), sent(dose, lot="fg3527"))
    assert [one.code for one in shown.context["found"]] == ["lot_of_other_vaccine"]
    dose.refresh_from_db()
    assert (dose.lot, dose.revision) == ("ABX4112", 1)
    minh.post(page(dose), sent(dose, lot="fg3527", seen=shown.context["sign"]))

    left = dose.warnings_left.get()
    assert (left.code, left.revision, left.by) == ("lot_of_other_vaccine", 2, world.user("minh"))


def test_the_dose_itself_is_not_compared_with_what_it_is_to_become(minh: Client, dose: Dose):
    answer = minh.post(page(dose), sent(dose, given_on="30/08/2021"))

    assert answer.status_code == 302


def test_the_person_is_told_from_what_to_what_and_where_to_read_why(
    world: World, minh: Client, dose: Dose
):
    minh.post(page(dose), sent(dose, lot="FG3527"))

    (told,) = Message.objects.filter(purpose="dose.changed")
    assert told.recipient == "+84912345678"
    assert "từ ABX4112 thành FG3527" in told.text
    assert f"/record/doses/{dose.public_id}/" in told.text


def test_a_person_reads_who_changed_their_dose_when_and_why(
    world: World, minh: Client, as_citizen: SignIn, dose: Dose
):
    minh.post(page(dose), sent(dose, lot="FG3527"))

    read = as_citizen(world.user("lan")).get(f"/record/doses/{dose.public_id}/")
    text = read.content.decode()

    assert WHY in text
    assert "Trạm Y tế Phường Bưởi" in text
    assert [entry.is_first for entry in read.context["history"]] == [False, True]


def test_the_history_of_a_dose_of_somebody_else_does_not_exist(
    world: World, as_citizen: SignIn, dose: Dose
):
    binh = as_citizen(world.user("binh"))

    assert binh.get(f"/record/doses/{dose.public_id}/").status_code == 404


def test_a_dose_entered_in_error_leaves_the_record_and_stays_readable(
    world: World, minh: Client, as_citizen: SignIn, dose: Dose
):
    minh.post(page(dose), {"in_error": "1", "error-why": "Nhập nhầm người", "error-revision": "1"})

    dose.refresh_from_db()
    assert dose.status == "entered_in_error"
    lan = as_citizen(world.user("lan"))
    assert "Nhập nhầm người" in lan.get(f"/record/doses/{dose.public_id}/").content.decode()
    assert str(dose.public_id) not in lan.get("/record/").content.decode()
    assert Message.objects.filter(purpose="dose.changed").exists()


@pytest.mark.parametrize(
    ("reason", "wanted"),
    [
        ("dose_entered_in_error", mending.IN_ERROR),
        ("far_date", {"given_on": "2022-08-29"}),
        # The name of an older version of the rules.
        ("old_date", {"given_on": "2022-08-29"}),
    ],
)
def test_a_second_person_confirms_what_the_rules_name(
    world: World, dose: Dose, colleague: User, reason: str, wanted: dict[str, str]
):
    two_people(reason)

    row = changed(dose, world, wanted)
    dose.refresh_from_db()
    assert (row.state, dose.revision) == ("waiting", 1)
    assert not Message.objects.filter(purpose="dose.changed").exists()
    mending.confirm(row, by=colleague)

    dose.refresh_from_db()
    row.refresh_from_db()
    assert (row.state, row.decided_by, dose.revision) == ("applied", colleague, 2)
    assert Message.objects.filter(purpose="dose.changed").exists()


def test_a_near_date_needs_nobody_else(world: World, dose: Dose):
    two_people("far_date")

    assert changed(dose, world, {"given_on": "2021-08-30"}).state == "applied"


def test_nobody_confirms_their_own_change_by_any_account(world: World, dose: Dose, colleague: User):
    two_people("dose_entered_in_error")
    row = changed(dose, world, mending.IN_ERROR)
    # The colleague's account had Minh's number once.
    verify_again(colleague, id_number="001180011111")
    verify_again(colleague)
    verify_again(world.user("minh"), id_number="001180011111")

    with pytest.raises(PermissionDenied):
        mending.confirm(row, by=world.user("minh"))
    with pytest.raises(PermissionDenied):
        mending.confirm(row, by=colleague)


def test_a_change_that_was_overtaken_is_not_applied(world: World, dose: Dose, colleague: User):
    two_people("dose_entered_in_error")
    row = changed(dose, world, mending.IN_ERROR)
    revise(dose, changes={"lot": "FG9999"}, by=None, why="Khác")

    with pytest.raises(mending.Stale):
        mending.confirm(row, by=colleague)


def test_while_a_change_waits_there_is_no_second_one(world: World, dose: Dose):
    two_people("dose_entered_in_error")
    changed(dose, world, mending.IN_ERROR)

    with pytest.raises(mending.Stale):
        changed(dose, world, {"lot": "FG3527"})


def test_the_waiting_change_is_confirmed_on_the_page(
    world: World, as_staff: SignIn, dose: Dose, colleague: User
):
    two_people("dose_entered_in_error")
    row = changed(dose, world, mending.IN_ERROR)
    ha = as_staff(colleague)

    shown = ha.get("/review/doses/").content.decode()
    ha.post(f"/review/doses/changes/{row.public_id}/", {"confirm": "1"})

    dose.refresh_from_db()
    assert WHY in shown
    assert dose.status == "entered_in_error"


def test_a_change_can_be_taken_back_by_whoever_wrote_it(world: World, minh: Client, dose: Dose):
    two_people("dose_entered_in_error")
    row = changed(dose, world, mending.IN_ERROR)

    minh.post(f"/review/doses/changes/{row.public_id}/", {"take_back": "1"})

    row.refresh_from_db()
    dose.refresh_from_db()
    assert (row.state, dose.status) == ("taken_back", "completed")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"why": ""}, "why"),
        ({"why": "   "}, "why"),
        ({"given_on": "31/02/2021"}, "given_on"),
        ({"given_on": "01/01/2099"}, "given_on"),
        ({"vaccine": "WATER"}, "vaccine"),
        ({"position": "primary-7"}, "position"),
        ({"lot": "x" * 65}, "lot"),
        ({}, "__all__"),
        ({"given_on": "01/01/2020"}, "__all__"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_stored(
    minh: Client, dose: Dose, more: dict[str, str], field: str
):
    answer = minh.post(page(dose), sent(dose, **more))

    dose.refresh_from_db()
    assert answer.status_code == 422
    assert field in answer.context["change"].errors
    assert dose.revision == 1
    assert not DoseChange.objects.exists()


def test_a_page_that_has_been_overtaken_stores_nothing(minh: Client, dose: Dose):
    old = sent(dose, lot="FG3527")
    revise(dose, changes={"lot": "FG9999"}, by=None, why="Khác")

    answer = minh.post(page(dose), old, follow=True)

    dose.refresh_from_db()
    assert dose.lot == "FG9999"
    assert "Chưa lưu gì" in answer.content.decode()


def test_the_dose_of_another_site_does_not_exist_here(world: World, as_staff: SignIn, dose: Dose):
    assert as_staff(world.user("tuan")).get(page(dose)).status_code == 404


def test_nobody_changes_a_dose_of_their_own_family(world: World, minh: Client, dose: Dose):
    verify_again(world.user("minh"), id_number=world.citizens["lan"].id_number)

    assert minh.post(page(dose), sent(dose, lot="FG3527")).status_code == 403


def test_an_open_case_about_the_dose_is_named(world: World, minh: Client):
    case = file_one(world)
    assert case.dose is not None

    assert case.reference in minh.get(page(case.dose)).content.decode()

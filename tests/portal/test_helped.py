"""After an answer one tap says whether it helped; officers read the share, never who said it."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from corrections import actions
from corrections.lifecycle import Ground, StepNotPossible
from corrections.models import Correction, HelpAnswer
from organizations.models import Membership
from organizations.scope import Scope
from oversight.report import comparison
from reporting import compute
from reporting.report import HelpCount, ReportRow
from tests.cases import file_one
from tests.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def lan(world: World, as_citizen: SignIn) -> Client:
    client = as_citizen(world.user("lan"))
    client.cookies["language"] = "en"
    return client


@pytest.fixture
def refused(world: World) -> Correction:
    minh = world.user("minh")
    case = actions.pick_up(file_one(world), by=minh)
    return actions.refuse(case, by=minh, ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ.")


def page(client: Client, case: Correction) -> str:
    return client.get(f"/corrections/{case.reference}/").content.decode()


def say(client: Client, case: Correction, word: str):
    return client.post(f"/corrections/{case.reference}/helped/", {"helped": word})


def test_an_open_case_does_not_ask(world: World, lan: Client):
    case = file_one(world)

    assert "Did this answer help you?" not in page(lan, case)
    assert say(lan, case, "yes").status_code == 409


def test_a_no_offers_what_can_be_done(world: World, lan: Client, refused: Correction):
    assert "We are sorry" not in page(lan, refused)

    say(lan, refused, "no")

    shown = page(lan, refused).split('id="helped"')[1].split("</section>")[0]
    assert f"/corrections/{refused.reference}/appeal/" in shown
    assert f"/corrections/{refused.reference}/disagree/" in shown
    assert "/corrections/new/" in shown
    assert "1900" in shown


def test_a_no_after_an_acceptance_offers_to_open_it_again(world: World, lan: Client):
    minh = world.user("minh")
    case = actions.accept(actions.pick_up(file_one(world), by=minh), by=minh)

    say(lan, case, "no")

    shown = page(lan, case).split('id="helped"')[1]
    assert f"/corrections/{case.reference}/reopen/" in shown


def test_what_was_said_can_be_changed_and_nothing_is_lost(
    world: World, lan: Client, refused: Correction
):
    for word in ("yes", "yes", "no", "nonsense"):
        assert say(lan, refused, word).status_code == 302

    rows = list(HelpAnswer.objects.all())
    assert [row.helped for row in rows] == [True, False]
    assert {(row.by, row.holder) for row in rows} == {(world.user("lan"), world.buoi)}
    assert [row.helped for row in HelpAnswer.objects.newest()] == [False]
    with pytest.raises(IntegrityError), transaction.atomic():
        HelpAnswer.objects.update(helped=True)


def test_nobody_else_says_whether_it_helped(world: World, as_citizen: SignIn, refused: Correction):
    assert say(as_citizen(world.user("binh")), refused, "yes").status_code == 404
    assert not HelpAnswer.objects.exists()


def test_a_newer_decision_is_asked_about_anew(world: World, lan: Client, refused: Correction):
    say(lan, refused, "no")
    actions.appeal(refused, by=world.user("lan"), words="Trên giấy ghi Pfizer")

    with pytest.raises(StepNotPossible):
        actions.rate(refused, by=world.user("lan"), helped=True)


def test_the_report_counts_what_was_said_last_for_each_site(
    world: World, lan: Client, refused: Correction
):
    say(lan, refused, "no")
    say(lan, refused, "yes")
    huong = world.user("huong")
    top = Membership.objects.get(user=huong, role="officer").organization

    report = compute.report(Scope((top,)))

    of_site = next(row for row in report.rows if row.organization == world.buoi)
    assert of_site.help == report.total.help == HelpCount(helped=1, said=1)
    assert report.has_help
    assert not compute.report(Scope((world.so_y_te,))).has_help


@pytest.mark.parametrize(
    ("said", "helped", "shown", "share"),
    [(9, 9, "–", None), (0, 0, "–", None), (10, 7, "70%", 0.7), (40, 10, "25%", 0.25)],
)
def test_few_answers_are_not_shown(said: int, helped: int, shown: str, share: float | None):
    row = ReportRow(organization=None, help=HelpCount(helped, said))

    assert comparison._help_cell(row).text == shown
    assert row.help.share == share

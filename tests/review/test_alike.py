"""Alike cases of a desk are decided together, after each was shown: own event, own message."""

import pytest
from django.test import Client

from citizens.models import RecordLink, RecordVisit
from corrections import actions
from corrections.models import Correction, Policy
from doses.models import Dose
from messaging.models import Message
from review.alike import deciding, groups
from tests import world as worlds
from tests.cases import colleague, employ, file_one
from tests.conftest import SignIn
from tests.factories.accounts import verify_again
from tests.review.many_doses.scene import person
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    return as_staff(world.user("minh"))


def filed(world: World, number: int, **proposed: str) -> Correction:
    """A case of somebody's own about their AstraZeneca of 29/08/2021."""
    key = f"n{number}"
    world.citizens[key] = holder = person(number)
    user = worlds.User.objects.create_user(
        phone=holder.phone, full_name=holder.full_name, phone_verified=True
    )
    RecordLink.objects.create(
        user=user, citizen=holder, relation="self", proven_by="phone_and_id", since=db_time.now()
    )
    world.users[key] = user
    return file_one(
        world,
        whose=key,
        key=key,
        dose=worlds.dose(world, key),
        proposed=proposed or {"vaccine": "PF"},
    )


def marks(cases: list[Correction]) -> list[str]:
    return [f"{case.reference}:{case.version}" for case in cases]


def page(case: Correction) -> str:
    return f"/review/alike/{case.reference}/"


def test_the_queue_names_a_group_only_when_there_is_one(world: World, minh: Client):
    first, second = filed(world, 0), filed(world, 1)
    filed(world, 2, lot="X1")
    assert minh.get("/review/").context["groups"] == []
    filed(world, 3)

    [group] = minh.get("/review/").context["groups"]
    assert (group.reference, group.label) == (
        first.reference,
        "3 hồ sơ giống nhau: AstraZeneca → Comirnaty · 29/08/2021 · Trạm Y tế Phường Bưởi",
    )
    shown = minh.get(page(second)).context["page"]
    assert [one.file.case.pk for one in shown.cases][:2] == [first.pk, second.pk]
    assert shown.part.total == 3


def test_ticked_ones_are_accepted_each_with_its_event_and_message(
    world: World, minh: Client, django_capture_on_commit_callbacks
):
    cases = [filed(world, number) for number in range(4)]
    shown = minh.get(page(cases[0]))
    assert "AstraZeneca" in shown.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        done = minh.post(page(cases[0]), {"accept": "1", "case": marks(cases[:3]), "note": "Đúng"})

    assert [one.case.status for one in done.context["results"]] == ["accepted"] * 3
    assert done.context["left"] == 1
    assert Dose.objects.filter(vaccine=world.pfizer).count() == 3
    for case in cases[:3]:
        assert case.events.get(step="accept").by == world.user("minh")
    told = Message.objects.filter(purpose="correction.decided").values_list("recipient", flat=True)
    assert set(told) == {case.citizen.phone for case in cases[:3]}
    visits = RecordVisit.objects.filter(user=world.user("minh"), seen="case")
    assert visits.values("citizen").distinct().count() == 4


def test_refused_on_one_ground_each_in_the_language_of_its_citizen(world: World, minh: Client):
    cases = [filed(world, number) for number in range(3)]
    wrong = minh.post(page(cases[0]), {"refuse": "1", "case": marks(cases)})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["ground"])
    world.user("n1").language = "en"
    world.user("n1").save()

    minh.post(page(cases[0]), {"refuse": "1", "case": marks(cases), "ground": "photo_blurred"})

    said = {case.pk: Correction.objects.get(pk=case.pk).remark for case in cases}
    assert said[cases[0].pk] == said[cases[2].pk] != said[cases[1].pk]


def test_what_the_rules_refuse_is_listed_with_why_and_the_others_go_on(world: World, minh: Client):
    cases = [filed(world, number) for number in range(6)]
    seen = deciding.seen_in(marks(cases))
    nurse = colleague(world)
    verify_again(world.user("minh"), id_number=cases[0].citizen.id_number)
    actions.pick_up(cases[1], by=nurse)
    actions.withdraw(cases[2], by=world.user("n2"))
    actions.note(cases[3], by=nurse, text="Đã gọi")
    worlds.dose(world, "n4", vaccine=world.pfizer, ordinal=2)

    results = deciding.accept(cases[5], seen, note="", by=world.user("minh"))

    assert [bool(one.why) for one in results] == [True, True, True, False, True, False]
    assert Dose.objects.filter(vaccine=world.pfizer, revision=2).count() == 2


def test_one_that_needs_a_second_person_waits_for_one(world: World):
    Policy.objects.create(
        version=2, four_eyes=["far_date"], second_look_percent=0, made_at=db_time.now()
    )
    cases = [filed(world, number, given_on="2022-08-29") for number in range(3)]

    results = deciding.accept(
        cases[0], deciding.seen_in(marks(cases)), note="", by=world.user("minh")
    )

    assert [one.waits for one in results] == [True] * 3


def test_a_page_has_ten_and_keeps_the_ticks_of_the_others(world: World, minh: Client):
    cases = [filed(world, number) for number in range(12)]
    first = minh.get(page(cases[0])).context["page"]
    assert (len(first.cases), first.part.after) == (10, "11")

    sent = {"case": marks(cases[:2]), "from": "11", "at": "1"}
    second = minh.post(page(cases[0]), sent).context["page"]

    assert len(second.cases) == 2
    assert [one.mark for one in second.elsewhere] == marks(cases[:2])
    nothing = minh.post(page(cases[0]), {"accept": "1"})
    assert nothing.status_code == 422


def test_the_desk_of_another_site_has_no_such_page(world: World, as_staff: SignIn):
    case = filed(world, 0)
    employ(world, "thao", "Lý Thị Thảo", world.lang_thuong)

    assert as_staff(world.user("thao")).get(page(case)).status_code == 404


def test_the_queue_looks_at_the_most_urgent_alone(world: World, monkeypatch: pytest.MonkeyPatch):
    for number in range(4):
        filed(world, number)
    monkeypatch.setattr(groups, "LOOKED_AT", 2)

    assert groups.groups_of([world.buoi]) == []

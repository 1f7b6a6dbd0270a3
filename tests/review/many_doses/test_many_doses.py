"""A site puts a whole session right in one act: looked at first, told to each, undone as a whole."""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from citizens.models import RecordVisit
from corrections import actions as case_actions
from corrections.models import Correction, Policy
from doses import actions
from doses.models import Dose
from messaging.models import Message
from review.many_doses import choosing, listed, running, undoing
from review.many_doses.choosing import Choice
from review.models import DoseChange, ManyChange
from tests import world as worlds
from tests.cases import colleague, file_one
from tests.conftest import SignIn
from tests.factories.accounts import verify_again
from tests.review.many_doses.scene import DAY, RIGHT, WHY, Scene, scene_of
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(world: World) -> Scene:
    return scene_of(world, 3)


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    return as_staff(world.user("minh"))


def verdicts(change: ManyChange) -> list[tuple[str, str]]:
    return [(row.verdict, row.reason) for row in change.rows.order_by("line")]


def lots(scene: Scene) -> list[str]:
    ids = [dose.pk for dose in scene.doses]
    return list(Dose.objects.filter(pk__in=ids).order_by("pk").values_list("lot", flat=True))


def two_people(*reasons: str) -> None:
    Policy.objects.create(
        version=2, four_eyes=list(reasons), second_look_percent=0, made_at=db_time.now()
    )


def test_each_dose_gets_its_own_revision_and_each_person_a_message(scene: Scene, world: World):
    change = scene.begin()
    assert (change.state, lots(scene)) == ("checked", ["ABX4112"] * 3)
    scene.worked(running.start(change, by=world.user("minh")))

    change.refresh_from_db()
    assert (change.state, lots(scene)) == ("done", ["FG3527"] * 3)
    for dose in scene.doses:
        revision = dose.revisions.get(number=2)
        assert (revision.by, revision.by_organization, revision.why, revision.lot) == (
            world.user("minh"), world.buoi, WHY, "FG3527",
        )  # fmt: skip
    told = Message.objects.filter(purpose="dose.changed")
    assert sorted(told.values_list("recipient", flat=True)) == [f"+8490500000{n}" for n in range(3)]
    assert all("từ ABX4112 thành FG3527" in message.text for message in told)


def in_family(scene: Scene) -> None:
    verify_again(scene.world.user("minh"), id_number=scene.doses[0].citizen.id_number)


def has_case(scene: Scene) -> None:
    holder = scene.doses[0].citizen
    user = User.objects.create_user(phone=holder.phone, full_name="A", phone_verified=True)
    worlds.RecordLink.objects.create(
        user=user, citizen=holder, relation="self", proven_by="phone_and_id", since=db_time.now()
    )
    scene.world.users["n0"] = user
    file_one(scene.world, whose="n0", dose=scene.doses[0], proposed={"vaccine": "PF"})


def change_waits(scene: Scene) -> None:
    DoseChange.objects.create(
        dose=scene.doses[0],
        revision=1,
        changes={"lot": "X1"},
        why="x",
        organization=scene.world.buoi,
        by=scene.world.user("minh"),
    )


def revised(scene: Scene) -> None:
    actions.revise(scene.doses[0], changes={"lot": "OTHER"}, by=None, why="Khác")


def taken_out(scene: Scene) -> None:
    actions.mark_entered_in_error(scene.doses[0], by=None, why="Khác")


def already_right(scene: Scene) -> None:
    actions.revise(scene.doses[0], changes={"lot": "FG3527"}, by=None, why="Khác")


def given_elsewhere(scene: Scene) -> None:
    values = {"organization": scene.world.lang_thuong, "session": None}
    actions.revise(scene.doses[0], changes=values, by=None, why="Khác")


def new_doubt(scene: Scene) -> None:
    worlds.dose(scene.world, "n0", given_on=date(2021, 8, 30), ordinal=1)


WHYS: list[tuple[Callable[[Scene], None], str, str]] = [
    (in_family, "refused", "family"),
    (has_case, "refused", "case"),
    (change_waits, "refused", "waits"),
    (already_right, "same", ""),
]
LATER: list[tuple[Callable[[Scene], None], str, str]] = [
    (taken_out, "refused", "in_error"),
    (given_elsewhere, "refused", "elsewhere"),
    (revised, "refused", "overtaken"),
    (new_doubt, "refused", "new_doubts"),
]


@pytest.mark.parametrize(("happened", "verdict", "reason"), WHYS)
def test_what_cannot_be_is_said_before_and_left_out(
    scene: Scene, happened: Callable[[Scene], None], verdict: str, reason: str
):
    happened(scene)
    change = scene.begin()

    assert verdicts(change) == [(verdict, reason), ("change", ""), ("change", "")]


@pytest.mark.parametrize(("happened", "verdict", "reason"), WHYS + LATER)
def test_what_happened_after_the_look_is_left_out_too(
    scene: Scene, happened: Callable[[Scene], None], verdict: str, reason: str
):
    change = scene.begin()
    happened(scene)
    before = scene.doses[0].revisions.count()
    scene.worked(running.start(change, by=scene.world.user("minh")))

    assert verdicts(change) == [(verdict, reason), ("changed", ""), ("changed", "")]
    assert scene.doses[0].revisions.count() == before


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        # Before the first dose of its group in the country, and on another dose of the person.
        ({"given_on": "2021-01-02"}, "impossible"),
        ({"given_on": "2021-08-30"}, "on_record"),
    ],
)
def test_impossible_facts_are_refused_per_dose(scene: Scene, changes: dict[str, str], reason: str):
    worlds.dose(scene.world, "n0", given_on=date(2021, 8, 30), ordinal=2)
    row = scene.begin(changes).rows.order_by("line")[0]

    assert (row.verdict, row.reason) == ("refused", reason)


def test_doubts_are_shown_counted_and_kept_with_the_revision(
    scene: Scene, world: World, minh: Client
):
    worlds.dose(world, "n0", given_on=date(2021, 9, 5), ordinal=2)
    change = scene.begin({"given_on": "2021-09-04"})

    shown = minh.get(f"/review/doses/many/{change.public_id}/")
    assert shown.context["counts"]["doubtful"] == 1
    assert "1 ngày" in shown.content.decode()
    scene.worked(running.start(change, by=world.user("minh")))

    left = scene.doses[0].warnings_left.values_list("code", "revision", "by")
    assert ("too_near", 2, world.user("minh").pk) in list(left)


def test_a_kill_between_two_chunks_loses_nothing_and_changes_nothing_twice(
    scene: Scene, world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(running, "CHUNK", 1)
    change = running.start(scene.begin(), by=world.user("minh"))
    real = running.tell_of_change

    class Killed(BaseException):
        pass

    def dies_at_the_second(dose: Dose, *args: object, **kwargs: object) -> None:
        if dose.pk == scene.doses[1].pk:
            raise Killed
        real(dose, *args, **kwargs)

    running.next_chunk(change.pk)
    monkeypatch.setattr(running, "tell_of_change", dies_at_the_second)
    with pytest.raises(Killed):
        running.next_chunk(change.pk)
    assert lots(scene) == ["FG3527", "ABX4112", "ABX4112"]
    monkeypatch.setattr(running, "tell_of_change", real)
    running.go_on()

    assert lots(scene) == ["FG3527"] * 3
    assert [dose.revisions.count() for dose in scene.doses] == [2, 2, 2]
    assert Message.objects.filter(purpose="dose.changed").count() == 3


def test_stopped_halfway_it_goes_on_or_is_undone(
    scene: Scene, world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(running, "CHUNK", 1)
    change = running.start(scene.begin(), by=world.user("minh"))
    running.next_chunk(change.pk)
    running.stop(change)
    assert lots(scene) == ["FG3527", "ABX4112", "ABX4112"]

    scene.worked(running.start(change, by=world.user("minh")))
    assert lots(scene) == ["FG3527"] * 3


def test_one_that_the_database_refuses_does_not_stop_the_others(
    scene: Scene, world: World, monkeypatch: pytest.MonkeyPatch
):
    real = running.revise

    def refuses_the_first(dose: Dose, **kwargs: object) -> Dose:
        if dose.pk == scene.doses[0].pk:
            Dose.objects.filter(pk=dose.pk).update(lot="without a revision")
        return real(dose, **kwargs)

    monkeypatch.setattr(running, "revise", refuses_the_first)
    change = scene.done()

    assert verdicts(change)[0] == ("refused", "by_database")
    assert lots(scene) == ["ABX4112", "FG3527", "FG3527"]


def test_all_of_it_is_undone_and_each_is_told(scene: Scene, world: World):
    change = scene.done({"lot": "FG3527", "given_on": "2021-08-30"})
    assert undoing.undo(change, by=world.user("minh")) == 3
    scene.worked(change)

    assert change.state == "undone"
    facts = Dose.objects.filter(session=scene.session).values_list("lot", "given_on", "revision")
    assert list(facts) == [("ABX4112", DAY, 3)] * 3
    told = Message.objects.filter(purpose="dose.changed", text__contains="thành ABX4112")
    assert told.count() == 3
    assert scene.doses[0].revisions.get(number=3).why == f"Hoàn tác. {WHY}"


@pytest.mark.parametrize(
    ("happened", "why"),
    [(revised, "revised"), (has_case, "case"), (change_waits, "waits"), (in_family, "family")],
)
def test_what_something_builds_on_is_not_undone_and_is_named(
    scene: Scene, minh: Client, happened: Callable[[Scene], None], why: str
):
    change = scene.done()
    happened(scene)

    with pytest.raises(undoing.NotToBeUndone):
        undoing.undo(change, by=scene.world.user("minh"))
    shown = minh.get(f"/review/doses/many/{change.public_id}/undo/")
    [blocker] = shown.context["preview"].blockers
    assert (blocker.why, blocker.row.dose) == (why, scene.doses[0])
    assert scene.doses[0].citizen.full_name in shown.content.decode()
    assert lots(scene)[1:] == ["FG3527"] * 2


def test_the_same_dose_recorded_anew_meanwhile_stands_against_undoing(scene: Scene):
    change = scene.done({"given_on": "2021-08-30"})
    worlds.dose(scene.world, "n0")

    with pytest.raises(undoing.NotToBeUndone):
        undoing.undo(change, by=scene.world.user("minh"))
    preview = undoing.preview(change, by=scene.world.user("minh"))
    assert [one.why for one in preview.blockers] == ["taken"]


def test_a_case_from_before_the_act_does_not_rest_on_it(scene: Scene, world: World):
    has_case(scene)
    case_actions.withdraw(Correction.objects.get(dose=scene.doses[0]), by=world.user("n0"))
    change = scene.done()

    assert undoing.undo(change, by=world.user("minh")) == 3


def test_a_second_person_confirms_the_whole_act_once(scene: Scene, world: World):
    two_people("far_date")
    nurse = colleague(world)
    verify_again(nurse, id_number=scene.doses[2].citizen.id_number)
    change = running.start(scene.begin({"given_on": "2022-08-29"}), by=world.user("minh"))
    scene.worked(change)
    assert (change.state, Dose.objects.filter(given_on=DAY).count()) == ("waiting", 3)

    with pytest.raises(PermissionDenied):
        running.confirm(change, by=world.user("minh"))
    change = scene.worked(running.confirm(change, by=nurse))

    assert (change.state, change.confirmed_by) == ("done", nurse)
    assert verdicts(change) == [
        ("changed", ""), ("changed", ""), ("refused", "second_family"),
    ]  # fmt: skip


def test_doses_at_the_wrong_site_go_to_the_right_one_which_is_told(
    scene: Scene, world: World, as_staff: SignIn
):
    there = world.lang_thuong
    change = scene.done({"organization": str(there.public_id)}, receiver=there)

    moved = Dose.objects.filter(pk__in=[dose.pk for dose in scene.doses])
    assert not moved.exclude(organization=there, session=None).exists()
    [told] = Message.objects.filter(purpose="doses.moved")
    assert (told.recipient, "3 mũi" in told.text) == ("tuan@example.vn", True)
    tuan = as_staff(world.user("tuan"))
    page = f"/review/doses/many/{change.public_id}/"
    assert scene.doses[0].citizen.full_name in tuan.get(page).content.decode()
    assert tuan.post(f"{page}step/", {"stop": "1"}).status_code == 403
    undoing.undo(change, by=world.user("minh"))
    assert set(moved.values_list("organization", "session")) == {(world.buoi.pk, scene.session.pk)}
    assert Message.objects.filter(purpose="doses.moved", text__contains="không còn").count() == 1


@pytest.mark.parametrize(
    ("choice", "places"),
    [
        (lambda s: Choice(s.world.buoi, day=DAY), [0, 1, 2]),
        (lambda s: Choice(s.world.buoi, lot="ABX4112", vaccine=s.world.az), [0, 1, 2]),
        (lambda s: Choice(s.world.buoi, day=date(2021, 8, 28)), []),
        (lambda s: Choice(s.world.lang_thuong, day=DAY), []),
        (lambda s: Choice(s.world.buoi, ticked=[s.doses[1].public_id]), [1]),
        (lambda s: Choice(s.world.buoi, day=DAY, listed=listed.of_text("001180010002")), [2]),
        (
            lambda s: Choice(
                s.world.buoi,
                listed=listed.of_text(
                    f"Số\n{s.doses[1].public_id}\n{s.doses[0].citizen.public_id}"
                ),
            ),
            [1, 0],
        ),
    ],
)
def test_doses_are_chosen_by_session_day_lot_or_list(
    scene: Scene, choice: Callable[[Scene], Choice], places: list[int]
):
    found = choosing.find(choice(scene))

    assert found.doses == [scene.doses[place].pk for place in places]


def test_a_list_says_of_each_line_what_is_not_found_and_what_is_open(scene: Scene, world: World):
    worlds.dose(world, "n0", given_on=date(2021, 9, 29), ordinal=2)
    lines = listed.of_text(
        "STT\tCCCD\n1\t001180010000\n2\t001180010001\n3\t001188012345\n4\tmất thẻ"
    )
    change = scene.begin(choice=Choice(world.buoi, listed=lines))

    rows = [(row.verdict, row.reason, row.left_out, row.listed) for row in change.rows.all()]
    assert rows == [
        ("change", "several", True, ""),
        ("change", "several", True, ""),
        ("change", "", False, ""),
        ("refused", "not_found", False, "4: …2345"),
        ("refused", "no_number", False, "5: 4 mất thẻ"),
    ]


def sent(scene: Scene, **more: object) -> dict[str, object]:
    return {"session": scene.session.public_id, "right_lot": "fg3527", "why": WHY, **more}


def test_the_form_takes_a_session_or_a_file_and_shows_every_dose(
    scene: Scene, world: World, minh: Client
):
    file = SimpleUploadedFile("a.csv", b"CCCD\n001180010001\n")
    for more, number in (({}, 3), ({"file": file}, 1)):
        answer = minh.post("/review/doses/many/", sent(scene, **more))
        change = ManyChange.objects.latest("pk")
        assert answer.url == f"/review/doses/many/{change.public_id}/"
        assert "progress" in minh.get(answer.url).context
        scene.worked(change)
        shown = minh.get(answer.url)
        assert len(shown.context["shown"].rows) == number
    assert RecordVisit.objects.filter(user=world.user("minh"), why="list").count() == 3


def test_ticked_doses_are_left_out_or_are_the_only_ones(scene: Scene, minh: Client):
    change = scene.begin()
    step = f"/review/doses/many/{change.public_id}/step/"
    rows = list(change.rows.order_by("line").values_list("pk", flat=True))

    def changed() -> list[int]:
        left = change.rows.filter(left_out=False).order_by("line")
        return list(left.values_list("pk", flat=True))

    minh.post(step, {"row": rows[0], "leave_out": "1"})
    assert changed() == rows[1:]
    minh.post(step, {"row": rows[0], "take_in": "1"})
    minh.post(step, {"row": rows[2], "keep_only": "1"})
    assert changed() == rows[2:]
    minh.post(step, {"start": "1"})
    scene.worked(change)
    assert lots(scene) == ["ABX4112", "ABX4112", "FG3527"]
    assert minh.post(step, {"start": "1"}).status_code == 409


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"why": " "}, "why"),
        ({"right_lot": ""}, "right_lot"),
        ({"session": ""}, "session"),
        ({"session": str(uuid4())}, "session"),
        ({"lot": "OTHER"}, "session"),
        ({"session": "", "numbers": "mất thẻ"}, "numbers"),
        ({"numbers": "001188012345"}, "numbers"),
        ({"right_given_on": "31/02/2021"}, "right_given_on"),
        ({"right_given_on": "01/01/2099"}, "right_given_on"),
        ({"site_words": "không có"}, "site_words"),
        ({"site_words": "Phường"}, "right_site"),
        ({"file": SimpleUploadedFile("a.xlsx", b"PKnothing")}, "file"),
    ],
)
def test_what_cannot_be_meant_is_said_beside_the_field(
    scene: Scene, minh: Client, more: dict[str, object], field: str
):
    answer = minh.post("/review/doses/many/", sent(scene, **more))

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not ManyChange.objects.exists()


def test_what_another_site_does_does_not_exist_here(scene: Scene, world: World, as_staff: SignIn):
    change = scene.begin(RIGHT)

    assert (
        as_staff(world.user("tuan")).get(f"/review/doses/many/{change.public_id}/").status_code
        == 404
    )

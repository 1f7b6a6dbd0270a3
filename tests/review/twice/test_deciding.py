"""What site and district decide about two doses that look alike, and what everybody is told."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.models import User
from citizens.models import Citizen
from corrections.models import Policy
from doses.models import Dose
from matching import current
from matching.models import MatchPair
from messaging.models import Message
from review.models import DoseChange, DosePair, DosePairAct
from review.twice import deciding, pairs
from tests import world as worlds
from tests.cases import colleague, file_one
from tests.conftest import SignIn
from tests.factories.accounts import verify_again
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db
WHY = "Sổ gốc chỉ có một mũi ngày này"


@pytest.fixture
def doses(world: World) -> tuple[Dose, Dose]:
    """Lan's dose, entered at Phường Bưởi without a lot and at Láng Thượng with one."""
    return (
        worlds.dose(world, lot=""),
        worlds.dose(world, organization=world.lang_thuong, lot="ABX4112"),
    )


@pytest.fixture
def pair(doses: tuple[Dose, Dose]) -> DosePair:
    return DosePair.objects.get()


def double(pair: DosePair, keep: Dose, by: User, **more: bool) -> DoseChange:
    return deciding.double(
        pair, keep=keep.pk, by=by, why=WHY, seen=deciding.version_of(pair), **more
    )


def sent(pair: DosePair, **more: object) -> dict[str, object]:
    return {"seen": deciding.version_of(pair), "why": WHY, **more}


def two_records(world: World) -> MatchPair:
    other = Citizen.objects.create(
        full_name="Nguyen Thi Lan", date_of_birth=date(1988, 3, 27), sex="female"
    )
    return MatchPair.objects.create(
        one=world.citizens["lan"],
        other=other,
        weight=20.0,
        evidence={},
        model=current.keep(current.current()),
        found_at=db_time.now(),
    )


@pytest.mark.parametrize(
    ("who", "keeps", "state", "acts_for"),
    [
        # The dose that goes is the first: Phường Bưởi's, below Tây Hồ, below Hà Nội.
        ("minh", 1, "applied", "buoi"),
        ("huong", 1, "applied", "tay_ho"),
        ("phuc", 1, "applied", "so_y_te"),
        ("tuan", 1, "waiting", "buoi"),
        ("duc", 1, "waiting", "buoi"),
        ("minh", 0, "waiting", "lang_thuong"),
        ("duc", 0, "applied", "dong_da"),
    ],
)
def test_whoever_holds_the_dose_takes_it_out_and_others_ask_its_site(
    world: World, doses: tuple[Dose, Dose], pair: DosePair, who: str, keeps: int, state: str,
    acts_for: str,
):  # fmt: skip
    change = double(pair, doses[keeps], world.user(who))

    gone = doses[1 - keeps]
    gone.refresh_from_db()
    pair.refresh_from_db()
    is_done = state == "applied"
    assert (change.state, change.organization) == (state, getattr(world, acts_for))
    assert (change.dose, change.double_of) == (gone, doses[keeps])
    assert gone.status == ("entered_in_error" if is_done else "completed")
    assert (pair.state, pair.decided_by) == (
        ("one_left", world.user(who)) if is_done else ("open", None)
    )
    act = DosePairAct.objects.get()
    assert (act.what, act.by, act.why, act.change) == ("double", world.user(who), WHY, change)


def test_the_person_reads_why_one_went_and_which_one_stays(
    world: World, doses: tuple[Dose, Dose], pair: DosePair
):
    double(pair, doses[1], world.user("minh"))

    (told,) = Message.objects.filter(purpose="dose.changed")
    assert told.text.startswith("Sổ Tiêm: ")
    assert "hai lần" in told.text
    assert f"/record/doses/{doses[0].public_id}/" in told.text


@pytest.mark.parametrize("who", ["tuan", "duc", "phuc"])
def test_what_another_site_asked_for_is_confirmed_by_the_site_or_above_it(
    world: World, doses: tuple[Dose, Dose], pair: DosePair, who: str
):
    double(pair, doses[0], world.user("minh"))

    with pytest.raises(PermissionDenied):
        deciding.confirm(pair, by=world.user("huong"))
    with pytest.raises(PermissionDenied):
        deciding.confirm(pair, by=world.user("minh"))
    deciding.confirm(pair, by=world.user(who))

    gone = Dose.objects.get(pk=doses[1].pk)
    last = gone.revisions.get(number=2)
    assert gone.status == "entered_in_error"
    assert (last.by, last.by_organization) == (world.user(who), world.lang_thuong)
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == ("one_left", world.user(who))


def test_the_site_confirms_it_among_the_changes_of_its_doses_too(
    world: World, doses: tuple[Dose, Dose], pair: DosePair, as_staff: SignIn
):
    row = double(pair, doses[0], world.user("minh"))
    tuan = as_staff(world.user("tuan"))

    page = tuan.get("/review/doses/").content.decode()
    assert WHY in page
    assert "Phường Bưởi" in page
    tuan.post(f"/review/doses/changes/{row.public_id}/", {"confirm": "1"})

    pair.refresh_from_db()
    assert pair.state == "one_left"


def test_what_the_site_does_not_confirm_is_for_the_health_district(
    world: World, doses: tuple[Dose, Dose], pair: DosePair
):
    double(pair, doses[0], world.user("minh"))

    with pytest.raises(PermissionDenied):
        deciding.decline(pair, by=world.user("huong"))
    deciding.decline(pair, by=world.user("tuan"))

    assert list(pairs.waiting_for(world.user("duc"), unsure=True)) == [pair]
    assert not pairs.waiting_for(world.user("minh"), unsure=False).exists()
    pair.refresh_from_db()
    assert double(pair, doses[0], world.user("duc")).state == "applied"


def test_where_the_rules_ask_two_a_colleague_confirms(
    world: World, doses: tuple[Dose, Dose], pair: DosePair
):
    Policy.objects.create(
        version=2, four_eyes=["dose_entered_in_error"], second_look_percent=0,
        made_at=db_time.now(),
    )  # fmt: skip
    row = double(pair, doses[1], world.user("minh"))

    assert (row.state, row.reasons) == ("waiting", ["dose_entered_in_error"])
    with pytest.raises(PermissionDenied):
        deciding.confirm(pair, by=world.user("minh"))
    deciding.confirm(pair, by=colleague(world))

    assert Dose.objects.get(pk=doses[0].pk).status == "entered_in_error"


def test_the_lot_that_only_the_double_has_is_taken_over(
    world: World, doses: tuple[Dose, Dose], pair: DosePair
):
    double(pair, doses[0], world.user("phuc"), takes_over=True)

    kept = Dose.objects.get(pk=doses[0].pk)
    assert (kept.lot, kept.revision) == ("ABX4112", 2)
    assert kept.revisions.get(number=2).why == WHY


def test_a_double_counts_again_and_the_pair_waits_anew(
    world: World, doses: tuple[Dose, Dose], pair: DosePair
):
    double(pair, doses[1], world.user("minh"))
    pair.refresh_from_db()

    with pytest.raises(PermissionDenied):
        deciding.take_back(pair, by=world.user("tuan"), why=WHY)
    deciding.take_back(pair, by=world.user("huong"), why=WHY)

    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == ("open", None)
    assert Dose.objects.get(pk=doses[0].pk).status == "completed"
    assert Message.objects.filter(text__contains="tính lại").exists()
    with pytest.raises(deciding.Stale):
        deciding.take_back(pair, by=world.user("huong"), why=WHY)


def test_both_given_waits_no_more_and_nobody_decides_it_twice(
    world: World, doses: tuple[Dose, Dose], pair: DosePair
):
    minh, seen = world.user("minh"), deciding.version_of(pair)
    deciding.both_given(pair, by=minh, why=WHY, seen=seen)

    assert not pairs.waiting_for(minh, unsure=False).exists()
    assert pairs.decided(minh) == [pair]
    with pytest.raises(deciding.Stale):
        double(pair, doses[0], minh)


def test_not_sure_is_for_the_health_district(world: World, pair: DosePair):
    deciding.not_sure(pair, by=world.user("minh"), why="", seen=deciding.version_of(pair))

    for who in ("huong", "duc"):
        assert list(pairs.waiting_for(world.user(who), unsure=True)) == [pair]


def test_nobody_decides_about_themselves(world: World, doses: tuple[Dose, Dose], pair: DosePair):
    minh = world.user("minh")
    verify_again(minh, id_number=world.citizens["lan"].id_number)

    with pytest.raises(PermissionDenied):
        double(pair, doses[1], minh)


def test_another_page_than_the_one_that_was_seen_decides_nothing(
    world: World, doses: tuple[Dose, Dose], pair: DosePair
):
    with pytest.raises(deciding.Stale):
        deciding.double(pair, keep=doses[1].pk, by=world.user("minh"), why=WHY, seen="1.2")

    assert not DosePairAct.objects.exists()


def test_people_come_first(
    world: World, doses: tuple[Dose, Dose], pair: DosePair, as_staff: SignIn
):
    records = two_records(world)

    with pytest.raises(deciding.PeopleFirst):
        double(pair, doses[1], world.user("minh"))
    minh = as_staff(world.user("minh"))
    page = minh.get(f"/review/twice/{pair.public_id}/").content.decode()
    assert f"/review/duplicates/{records.pk}/" in page
    assert 'name="double"' not in page

    MatchPair.objects.update(decision="not_the_same", decided_at=db_time.now())
    assert double(pair, doses[1], world.user("minh")).state == "applied"


def test_a_dose_on_both_of_two_records_is_named_where_the_records_are_compared(
    world: World, as_staff: SignIn
):
    records = two_records(world)
    worlds.dose(world)
    worlds.dose(world, citizen=records.other, organization=world.lang_thuong)
    client = as_staff(world.user("minh"))
    client.cookies["language"] = "en"

    page = client.get(f"/review/duplicates/{records.pk}/").content.decode()

    assert "The same dose stands on both" in page
    assert not DosePair.objects.exists()


def test_an_open_case_about_the_double_can_still_be_read_and_answered(
    world: World, doses: tuple[Dose, Dose], pair: DosePair, as_staff: SignIn
):
    case = file_one(world, dose=doses[0], proposed={"lot": "ABX9999"})
    minh = as_staff(world.user("minh"))
    assert case.reference in minh.get(f"/review/twice/{pair.public_id}/").content.decode()

    double(pair, doses[1], world.user("minh"))

    assert minh.get(f"/review/{case.reference}/").status_code == 200


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("minh", True), ("tuan", True), ("huong", True), ("duc", True), ("phuc", True),
        ("mai", False),
    ],
)  # fmt: skip
def test_both_sites_and_those_above_them_see_the_pair(
    world: World, pair: DosePair, as_staff: SignIn, who: str, sees: bool
):
    client = as_staff(world.user(who))

    assert (str(pair.public_id) in client.get("/review/twice/").content.decode()) is sees
    page = client.get(f"/review/twice/{pair.public_id}/")
    assert page.status_code == (200 if sees else 404)
    assert pairs.count(world.user(who)) == int(sees)


@pytest.mark.parametrize("who", ["tuan", "duc"])
def test_another_site_and_another_district_see_nothing(world: World, as_staff: SignIn, who: str):
    worlds.dose(world)
    worlds.dose(world, organization=world.quang_an)
    pair = DosePair.objects.get()
    client = as_staff(world.user(who))

    assert str(pair.public_id) not in client.get("/review/twice/").content.decode()
    assert client.get(f"/review/twice/{pair.public_id}/").status_code == 404
    assert client.post(f"/review/twice/{pair.public_id}/", sent(pair, both="1")).status_code == 404


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    return as_staff(world.user("minh"))


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"double": "1"}, "keep"),
        ({"double": "1", "keep": "nonsense"}, "keep"),
        ({"double": "1", "keep": "{keep}", "why": " "}, "why"),
        ({"both": "1", "why": ""}, "why"),
        ({"both": "1", "why": "x" * 501}, "why"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    doses: tuple[Dose, Dose], pair: DosePair, minh: Client, form: dict[str, str], field: str
):
    values = {name: value.format(keep=doses[0].pk) for name, value in form.items()}

    answer = minh.post(f"/review/twice/{pair.public_id}/", sent(pair, **values))

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not DosePairAct.objects.exists()


def test_the_page_decides_by_its_buttons(
    world: World, doses: tuple[Dose, Dose], pair: DosePair, minh: Client, as_citizen: SignIn
):
    page = f"/review/twice/{pair.public_id}/"
    done = minh.post(page, sent(pair, double="1", keep=str(doses[1].pk)), follow=True)
    assert done.status_code == 200
    assert Dose.objects.get(pk=doses[0].pk).status == "entered_in_error"
    lan = as_citizen(world.user("lan"))
    assert "moved" in lan.get(f"/record/doses/{doses[0].public_id}/").content.decode()
    begun = lan.post("/corrections/new/missing/", {"moved": str(doses[0].public_id)}, follow=True)
    assert 'value="29/08/2021"' in begun.content.decode()

    assert minh.post(page, {"again": "1", "again-why": ""}).status_code == 422
    minh.post(page, {"again": "1", "again-why": WHY})
    pair.refresh_from_db()
    minh.post(page, sent(pair, unsure="1", why=""))
    minh.post(page, sent(pair, both="1"))

    pair.refresh_from_db()
    assert pair.state == "both_given"
    assert [act.what for act in pair.acts.all()] == ["double", "taken_back", "unsure", "both_given"]


def test_the_list_is_paged_and_costs_the_same_for_many(
    world: World, minh: Client, django_assert_max_num_queries
):
    for days in range(28):
        worlds.dose(world, given_on=date(2021, 8, 29) + timedelta(days))

    with django_assert_max_num_queries(QUERIES_OF_THE_LIST):
        first = minh.get("/review/twice/")

    assert len(first.context["rows"]) == 25
    second = minh.get(f"/review/twice/?after={first.context['page'].after}")
    assert second.context["rows"]
    assert minh.get("/review/twice/?after=nonsense").status_code == 200


QUERIES_OF_THE_LIST = 22

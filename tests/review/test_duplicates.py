"""Two records that may be one person's: found, shown side by side, merged, and separated again."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.models import User
from citizens import actions as citizen_actions
from citizens.access import records_of
from citizens.models import Citizen, RecordLink
from corrections import actions
from corrections.models import Correction
from doses.models import Dose
from matching import current, deciding
from matching.features import facts_of
from matching.models import MatchPair
from matching.online import likely_records
from messaging.models import Message
from tests import world as worlds
from tests.cases import file_one
from tests.conftest import SignIn
from tests.factories.accounts import verify_again
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db

LIST = "/review/duplicates/"
WHY = {"why": "Đã xem sổ gốc và gọi điện"}


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def other(world: World) -> Citizen:
    """Lan once more: an old card, another phone, the name without marks; somebody opens it."""
    citizen = Citizen.objects.create(
        full_name="Nguyen Thi Lan",
        date_of_birth=date(1988, 3, 27),
        sex="female",
        id_number="012345678",
        phone="+84933333333",
        area=world.areas["buoi"],
    )
    user = User.objects.create_user(phone="+84933333333", phone_verified=True)
    RecordLink.objects.create(user=user, citizen=citizen, relation="self", proven_by="phone_and_id")
    world.users["lan2"] = user
    world.citizens["lan2"] = citizen
    return citizen


@pytest.fixture
def pair(world: World, other: Citizen) -> MatchPair:
    """What a run of the finder writes of both (the finder has its own tests)."""
    mine = worlds.dose(world)
    worlds.dose(world, citizen=other, given_on=date(2021, 11, 21), ordinal=2, vaccine=mine.vaccine)
    lan = world.citizens["lan"]
    model = current.keep(current.current())
    return MatchPair.objects.create(
        one=lan,
        other=other,
        weight=21.5,
        evidence={"name": ["bare", 6.0], "born": ["equal", 11.0], "number": ["differs", -3.0]},
        model=model,
        found_at=db_time.now(),
    )


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    client = as_staff(world.user("minh"))
    client.cookies["language"] = "en"
    return client


def doses_of(citizen: Citizen) -> list[int]:
    return list(Dose.objects.filter(citizen=citizen).order_by("pk").values_list("pk", flat=True))


def test_the_list_says_in_words_what_speaks_for_and_against(pair: MatchPair, minh: Client):
    page = text_of(minh.get(LIST))

    assert "Nguyễn Thị Lan · 27/03/1988" in page
    assert "same name, written without marks" in page
    assert "same day of birth" in page
    assert "another ID number" in page


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("minh", True),
        ("huong", True),
        ("phuc", True),
        ("tuan", False),
        ("duc", False),
        ("mai", False),
    ],
)
def test_only_those_in_whose_reach_a_dose_was_given_see_the_pair(
    world: World, pair: MatchPair, as_staff: SignIn, who, sees
):
    client = as_staff(world.user(who))

    assert ("Nguyễn Thị Lan" in text_of(client.get(LIST))) is sees
    assert client.get(f"{LIST}{pair.pk}/").status_code == (200 if sees else 404)


def test_both_stand_side_by_side_without_readable_numbers(
    world: World, pair: MatchPair, minh: Client
):
    page = text_of(minh.get(f"{LIST}{pair.pk}/"))

    assert page.count("Trạm Y tế Phường Bưởi") == 2
    assert "******012345" in page
    for secret in ("001188012345", "012345678<", "+84912345678", "0912345678"):
        assert secret not in page
    for name in ("lan", "lan2"):
        assert world.citizens[name].visits.filter(user=world.user("minh"), why="review").exists()


def test_merged_and_separated_again_every_dose_is_where_it_was(
    world: World, pair: MatchPair, other: Citizen, minh: Client
):
    lan = world.citizens["lan"]
    before = doses_of(lan), doses_of(other)

    done = minh.post(
        f"{LIST}{pair.pk}/", {"merge": "1", "keep": str(lan.public_id), **WHY}, follow=True
    )

    assert "One record now." in text_of(done)
    other.refresh_from_db()
    assert other.merged_into == lan
    assert set(Dose.objects.of(lan).values_list("pk", flat=True)) == {*before[0], *before[1]}
    assert list(records_of(world.user("lan2"))) == [lan]
    pair.refresh_from_db()
    assert (pair.decision, pair.decided_by) == ("merged", world.user("minh"))
    last = other.revisions.last()
    assert last is not None
    assert (last.why, last.by, last.by_organization) == (
        WHY["why"],
        world.user("minh"),
        world.buoi,
    )

    apart = minh.post(f"{LIST}{pair.pk}/", {"separate": "1", "why": "Hai chị em"}, follow=True)

    assert "Two records again" in text_of(apart)
    assert Citizen.objects.get(pk=other.pk).merged_into is None
    other.refresh_from_db()
    assert (doses_of(lan), doses_of(other)) == before
    assert list(records_of(world.user("lan2"))) == [other]
    assert [one.why for one in other.revisions.order_by("-number")[:2]] == [
        "Hai chị em",
        WHY["why"],
    ]
    pair.refresh_from_db()
    assert pair.decision == "not_the_same"
    assert "Nguyễn" not in text_of(minh.get(LIST)).split("Decided in the last")[0]


def test_what_was_filed_meanwhile_stays_with_its_person(
    world: World, pair: MatchPair, other: Citizen
):
    minh = world.user("minh")
    lan = world.citizens["lan"]
    deciding.merge(pair, keep=lan, by=minh, why="x", by_organization=world.buoi)
    other.refresh_from_db()
    about = Dose.objects.get(citizen=other)
    wrong = file_one(
        world, whose="lan2", dose=about, proposed={"vaccine": world.pfizer.code}, key="k1"
    )
    missing = file_one(
        world,
        whose="lan2",
        key="k2",
        kind="missing_dose",
        proposed={"given_on": "2022-01-05", "vaccine": "PF", "position": "booster-1"},
        named_site=world.buoi,
    )
    own = file_one(world, dose=Dose.objects.get(citizen=lan), proposed={"lot": "ABX9999"}, key="k3")
    assert Correction.objects.of(lan).count() == 3
    actions.accept(
        missing,
        by=minh,
        values={
            "vaccine": "PF",
            "given_on": "2022-01-05",
            "position": "booster-1",
            "organization": str(world.buoi.public_id),
        },
        remark="Theo sổ",
    )

    deciding.unmerge(pair, by=minh, why="y", by_organization=world.buoi)

    other.refresh_from_db()
    assert set(Correction.objects.of(other)) == {wrong, missing}
    assert list(Correction.objects.of(lan)) == [own]
    assert len(doses_of(other)) == 2
    assert len(doses_of(lan)) == 1
    assert set(Correction.objects.of_own_records(world.user("lan2"))) == {wrong, missing}
    assert list(Correction.objects.of_own_records(world.user("lan"))) == [own]


def test_who_opens_both_files_for_the_kept_record(world: World, pair: MatchPair, other: Citizen):
    lan = world.citizens["lan"]
    deciding.merge(pair, keep=lan, by=world.user("minh"), why="x", by_organization=world.buoi)
    RecordLink.objects.create(
        user=world.user("lan"),
        citizen=other,
        relation="relative",
        proven_by="consent",
        ends_at=db_time.now() + timedelta(days=30),
    )

    filed = file_one(
        world,
        kind="missing_dose",
        proposed={"given_on": "2022-01-05", "vaccine": "PF", "position": "booster-1"},
        named_site=world.buoi,
    )

    assert filed.citizen == lan


def test_everybody_who_opens_one_of_them_is_told(world: World, pair: MatchPair, minh: Client):
    lan = world.citizens["lan"]
    minh.post(f"{LIST}{pair.pk}/", {"merge": "1", "keep": str(lan.public_id), **WHY})

    told = Message.objects.filter(purpose="record.merged")
    assert {one.recipient for one in told} == {"+84912345678", "+84933333333"}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"merge": "1", "why": "x"}, "Choose an answer."),
        ({"merge": "1", "keep": "LAN", "why": ""}, "Enter"),
        ({"merge": "1", "keep": "x", "why": "x"}, "Choose"),
    ],
)
def test_a_merge_without_a_choice_or_a_reason_is_not_done(
    world: World, pair: MatchPair, minh: Client, sent, words
):
    if sent.get("keep") == "LAN":
        sent = {**sent, "keep": str(world.citizens["lan"].public_id)}

    answer = minh.post(f"{LIST}{pair.pk}/", sent)

    assert answer.status_code == 422
    assert words in text_of(answer)
    pair.refresh_from_db()
    assert pair.decision == "open"


def test_two_people_are_never_shown_again(world: World, pair: MatchPair, minh: Client):
    page = text_of(minh.post(f"{LIST}{pair.pk}/", {"both": "1"}, follow=True))

    assert "Noted: two people." in page
    assert "No pair waits for you" in page
    pair.refresh_from_db()
    assert pair.decision == "not_the_same"


def test_who_is_not_sure_leaves_it_at_the_end(world: World, pair: MatchPair, minh: Client):
    surer = MatchPair.objects.create(
        one=world.citizens["child"],
        other=world.citizens["lan2"],
        weight=9.0,
        evidence={},
        model=pair.model,
        found_at=db_time.now(),
    )

    page = text_of(minh.post(f"{LIST}{pair.pk}/", {"unsure": "1"}, follow=True))

    assert "A colleague was not sure" in page
    assert page.index(f"{LIST}{surer.pk}/") < page.index(f"{LIST}{pair.pk}/")


def test_nobody_decides_about_their_own_record(world: World, pair: MatchPair, minh: Client):
    nurse = world.user("minh")
    verify_again(nurse, id_number="012345678")

    for act in ({"both": "1"}, {"unsure": "1"}):
        assert minh.post(f"{LIST}{pair.pk}/", act).status_code == 403
    with pytest.raises(PermissionDenied):
        deciding.merge(
            pair, keep=world.citizens["lan"], by=nurse, why="x", by_organization=world.buoi
        )


def test_a_pair_is_decided_once(world: World, pair: MatchPair, minh: Client):
    deciding.keep_both(pair, by=world.user("huong"))

    lan = world.citizens["lan"]
    answer = minh.post(
        f"{LIST}{pair.pk}/", {"merge": "1", "keep": str(lan.public_id), **WHY}, follow=True
    )

    assert "A colleague has decided this pair in the meantime." in text_of(answer)


def test_the_search_while_one_types_finds_the_other_record(world: World, other: Citizen):
    lan = world.citizens["lan"]
    for citizen in (lan, other):
        citizen_actions.revise_identity(citizen, changes={"workplace": "x"}, by=None, why="x")

    found = {one.citizen for one in likely_records(facts_of(lan, []), without=lan.pk, most=5)}

    assert other.pk in found

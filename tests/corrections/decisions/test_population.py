"""What the population database decides about a proposal, and what it leaves to a person."""

from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from citizens.models import Citizen, IdentityCheck
from corrections import actions, history
from corrections.actions import by_population
from corrections.decisions import population as rule
from corrections.lifecycle import Ground, Party, Status
from corrections.models import Correction, Kind, OutboxRow
from corrections.notices import tell
from identity.models import PopulationAnswer, PopulationQuestion
from identity.population import questions
from identity.population.client import Outcome
from identity.population.facts import FourFacts
from messaging.models import Message
from tests.cases import claim_of, file_one
from tests.world import World
from vaxreg import db_time

NAME = {"full_name": "Nguyễn Thị Lân"}


@pytest.fixture(autouse=True)
def on(settings):
    settings.POPULATION_URL = "http://127.0.0.1:9/check"


def propose(world: World, *, routed: bool = True, **proposed: str) -> Correction:
    return file_one(world, kind=Kind.IDENTITY, proposed=proposed or NAME, routed=routed)


def answer(case: Correction, outcome: str = Outcome.MATCH, *fields: str) -> PopulationAnswer:
    """Let the database answer what was asked, and the product hear it."""
    question = PopulationQuestion.objects.get(correction_reference=case.reference)
    facts = FourFacts.of(question.citizen.kept, question.proposed)
    question.delete()
    given = PopulationAnswer.objects.create(
        citizen=question.citizen,
        correction_reference=case.reference,
        outcome=outcome,
        fields=list(fields),
        fingerprint=facts.fingerprint,
        source="127.0.0.1",
        at=db_time.now(),
    )
    for listener in questions.LISTENERS:
        listener(given)
    case.refresh_from_db()
    return given


@pytest.mark.parametrize(
    "proposed",
    [
        NAME,
        {"date_of_birth": "1988-03-28"},
        {"sex": "male"},
        {"full_name": "Nguyễn Thị Lân", "date_of_birth": "1988-03-28", "sex": "male"},
        {"id_number": "001188012346"},
        {"id_number": "001188012346", "full_name": "Nguyễn Thị Lân", "sex": "male"},
    ],
)
def test_a_match_changes_the_record_and_names_the_source(world: World, proposed: dict[str, str]):
    case = propose(world, **proposed)

    given = answer(case)

    lan = Citizen.objects.get(pk=world.citizens["lan"].pk)
    assert {name: FourFacts.of(lan).as_json[name] for name in proposed} == proposed
    assert (case.status, case.decided_source, case.decided_by) == ("accepted", "population", None)
    assert case.decided == proposed
    event = case.events.get(step="accept")
    assert (event.party, event.by, event.organization) == (Party.SYSTEM, None, None)
    assert (event.data["source"], event.data["answer"]) == ("population", given.pk)
    revision = lan.revisions.last()
    assert (revision.by, revision.by_organization) == (None, None)
    assert revision.correction_reference == case.reference
    assert revision.why
    assert not IdentityCheck.objects.exists()


def test_the_citizen_and_the_desk_read_what_decided(world: World):
    case = propose(world)
    answer(case)

    for row in OutboxRow.objects.filter(errand=OutboxRow.Errand.TELL, event__step="accept"):
        tell(row.event)

    with translation.override("en"):
        lines = history.entries(case, history.Audience.CITIZEN)
        assert "National Population Database" in lines[-1].title
        assert "National Population Database" in history.status_sentence(case)
        standing = rule.standing(case)
        assert standing is not None
        assert standing.title == "The population database: all four facts match"
    assert Message.objects.filter(purpose="correction.decided").count() == 1


@pytest.mark.parametrize(
    ("outcome", "fields", "words"),
    [
        (Outcome.MISMATCH, ("date_of_birth",), "date of birth"),
        (Outcome.MISMATCH, ("full_name", "sex"), "full name, sex"),
        (Outcome.NOT_FOUND, (), "nobody with this ID number"),
        (Outcome.BAD_FORMAT, ("sex",), "sex"),
        (Outcome.BAD_FORMAT, ("id_number",), "ID number"),
    ],
)
def test_any_other_outcome_is_said_in_words_and_waits_for_a_person(
    world: World, outcome: str, fields: tuple[str, ...], words: str
):
    case = propose(world)

    answer(case, outcome, *fields)

    assert case.status == Status.QUEUED
    assert Citizen.objects.get(pk=case.citizen_id).full_name == "Nguyễn Thị Lan"
    with translation.override("en"):
        standing = rule.standing(case)
    assert standing is not None
    assert words in standing.words
    actions.accept(case, by=world.user("minh"), identity_check="cccd")


@pytest.mark.parametrize(
    "proposed",
    [
        # The database knows no phone.
        {**NAME, "phone": "+84922222222"},
        # Number and name, number and date of birth: this may be somebody else's card.
        {"id_number": "001190055667", "full_name": "Lê Thị Hạnh"},
        {"id_number": "001188012346", "date_of_birth": "1988-03-28"},
        {"id_number": "001190055667", "full_name": "Lê Thị Hạnh", "date_of_birth": "1990-06-15"},
        # It is proven to be Bình's.
        {"id_number": "001075067890"},
    ],
)
def test_a_match_that_does_not_say_whose_record_it_is_waits_for_a_person(
    world: World, proposed: dict[str, str]
):
    case = propose(world, **proposed)

    answer(case)

    assert case.status == Status.QUEUED
    with translation.override("en"):
        standing = rule.standing(case)
    assert standing is not None
    assert standing.kind == "warning"
    assert len(standing.words) > len("As proposed, at 00:00 01/01/2026.")


@pytest.mark.parametrize(
    ("columns", "proposed", "decided"),
    [
        ({"id_number_proven": False}, {"id_number": "001188012346"}, True),
        ({"id_number_proven": False}, {"date_of_birth": "1988-03-28"}, False),
        ({"provenance": "self_declared"}, NAME, True),
        ({"provenance": "self_declared"}, {"id_number": "001188012346"}, False),
        ({"provenance": "self_declared", "id_number_proven": False}, NAME, False),
        ({"provenance": "self_declared", "id_number": None}, {"id_number": "001188012346"}, False),
        ({"id_number": None}, {"id_number": "001188012346"}, True),
        ({"id_number": None}, {"id_number": "001188012346", "full_name": "Lê Thị Hạnh"}, False),
    ],
)
def test_with_somebodys_card_nobody_turns_a_record_of_their_own_into_theirs(
    world: World, columns: dict[str, Any], proposed: dict[str, str], decided: bool
):
    lan = world.citizens["lan"]
    for name, value in columns.items():
        setattr(lan, name, value)
    lan.save()
    case = propose(world, **proposed)

    answer(case)

    assert (case.status == Status.ACCEPTED) is decided


def test_a_case_without_a_desk_yet_gets_one_and_is_decided(world: World):
    case = propose(world, routed=False)

    answer(case)

    assert (case.status, case.holder) == (Status.ACCEPTED, world.buoi)
    assert [event.step for event in case.events.order_by("pk")] == ["file", "route", "accept"]


@pytest.mark.parametrize("step", ["pick_up", "keep", "ask"])
def test_a_match_decides_whatever_the_desk_is_at(world: World, step: str):
    case = propose(world)
    more = {"keep": {"remark": "Chờ"}, "ask": {"question": "Ngày sinh?"}}.get(step, {})
    getattr(actions, step)(case, by=world.user("minh"), **more)

    answer(case)

    assert case.status == Status.ACCEPTED


def test_what_a_person_has_decided_stays(world: World):
    minh = world.user("minh")
    case = propose(world)
    asked = PopulationQuestion.objects.get()
    actions.refuse(case, by=minh, ground=Ground.NOTHING_MATCHES, remark="Không khớp")

    assert not PopulationQuestion.objects.exists()
    asked.pk = None
    asked.save(force_insert=True)
    answer(case)

    assert case.status == Status.REFUSED
    assert Citizen.objects.get(pk=case.citizen_id).full_name == "Nguyễn Thị Lan"


def test_a_decision_that_may_still_be_taken_back_is_the_persons(world: World, settings):
    settings.TAKE_BACK_SECONDS = 30
    case = propose(world)
    actions.decide(
        "refuse", case, by=world.user("minh"), version=None, ground="nothing_matches", remark="x"
    )

    answer(case)

    assert case.status != Status.ACCEPTED


def test_an_appeal_and_a_reopened_case_are_for_people(world: World):
    case = propose(world)
    answer(case)
    actions.reopen(case, by=world.user("lan"), words="Vẫn sai")
    case.refresh_from_db()

    assert (case.status, case.decided_source, case.decided_by) == (Status.QUEUED, "", None)
    assert rule.why_never(case)


def test_a_record_that_changed_meanwhile_is_asked_about_anew(world: World):
    case = propose(world)
    asked = PopulationQuestion.objects.get()
    facts = FourFacts.of(asked.citizen, asked.proposed)
    asked.delete()
    lan = world.citizens["lan"]
    lan.sex = "male" if lan.sex == "female" else "female"
    lan.save()
    old = PopulationAnswer.objects.create(
        citizen=lan,
        correction_reference=case.reference,
        outcome="match",
        fingerprint=facts.fingerprint,
        at=db_time.now(),
    )

    by_population.hear(old)

    case.refresh_from_db()
    assert case.status == Status.QUEUED
    answer(case)
    assert case.status == Status.ACCEPTED


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind != Kind.IDENTITY])
def test_only_facts_about_a_person_are_asked_about(world: World, kind: Kind):
    case = file_one(world, **claim_of(world, kind))

    assert not PopulationQuestion.objects.exists()
    assert rule.standing(case) is None


def test_a_phone_alone_is_not_asked_about_and_a_withdrawn_proposal_no_more(world: World):
    phone = propose(world, phone="+84922222222")
    assert not PopulationQuestion.objects.exists()
    actions.withdraw(phone, by=world.user("lan"))
    case = file_one(world, key="key-2", kind=Kind.IDENTITY, proposed=NAME)
    assert PopulationQuestion.objects.exists()

    actions.withdraw(case, by=world.user("lan"))

    assert not PopulationQuestion.objects.exists()


def test_no_number_of_a_question_stands_in_the_clear(world: World):
    propose(world, id_number="001188012346")

    with connection.cursor() as cursor:
        cursor.execute("SELECT proposed::text FROM identity_populationquestion")
        (stored,) = cursor.fetchone()
    assert "001188012346" not in stored
    assert PopulationQuestion.objects.get().proposed == {"id_number": "001188012346"}

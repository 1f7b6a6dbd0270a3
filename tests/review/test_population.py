"""What the desk and the citizen read about the population database on the page of a case."""

from typing import Any

import pytest

from corrections.actions import by_population
from corrections.models import Correction, Kind
from identity.models import PopulationAnswer, PopulationQuestion
from identity.population.facts import FourFacts
from tests.cases import file_one
from tests.pages import in_english, text_of
from tests.world import World
from vaxreg import db_time


@pytest.fixture
def case(world: World, settings) -> Correction:
    settings.POPULATION_URL = "http://127.0.0.1:9/check"
    return file_one(world, kind=Kind.IDENTITY, proposed={"full_name": "Nguyễn Thị Lân"})


def answer(case: Correction, outcome: str, *fields: str) -> None:
    question = PopulationQuestion.objects.get()
    given = PopulationAnswer.objects.create(
        citizen=question.citizen,
        correction_reference=case.reference,
        outcome=outcome,
        fields=list(fields),
        fingerprint=FourFacts.of(question.citizen, question.proposed).fingerprint,
        at=db_time.now(),
    )
    question.delete()
    by_population.hear(given)


def desk(world: World, as_staff: Any, case: Correction) -> str:
    return text_of(in_english(as_staff(world.user("minh"))).get(f"/review/{case.reference}/"))


def own(world: World, as_citizen: Any, case: Correction) -> str:
    client = in_english(as_citizen(world.user("lan")))
    return text_of(client.get(f"/corrections/{case.reference}/"))


def test_while_it_is_asked_both_read_so(world: World, as_staff, as_citizen, case: Correction):
    assert "The population database is being asked" in desk(world, as_staff, case)
    assert "you need not bring any paper" in own(world, as_citizen, case)


def test_that_it_is_down_is_said_to_the_desk_and_never_as_an_answer(
    world: World, as_staff, case: Correction
):
    PopulationQuestion.objects.update(failing_since=db_time.now(), trouble="down", tries=3)

    page = desk(world, as_staff, case)

    assert "The population database does not answer" in page
    assert "you may decide without it" in page
    assert "not found" not in page


@pytest.mark.parametrize(
    ("outcome", "fields", "words"),
    [
        ("mismatch", ["date_of_birth", "sex"], "Differs from what is proposed: date of birth, sex"),
        ("not_found", [], "It knows nobody with this ID number"),
        ("bad_format", ["sex"], "Missing, or of another form: sex"),
    ],
)
def test_the_desk_reads_which_field_differs_and_decides(
    world: World,
    as_staff,
    as_citizen,
    case: Correction,
    outcome: str,
    fields: list[str],
    words: str,
):
    answer(case, outcome, *fields)

    assert words in desk(world, as_staff, case)
    assert "Waits for the comparison with the identity paper" in own(world, as_citizen, case)


def test_after_a_match_both_read_what_decided(world: World, as_staff, as_citizen, case: Correction):
    answer(case, "match")

    assert "National Population Database" in desk(world, as_staff, case)
    page = own(world, as_citizen, case)
    assert "Accepted: it matches the National Population Database" in page
    decided = in_english(as_staff(world.user("minh"))).get("/review/?show=decided")
    assert case.reference not in text_of(decided) or "National Population" in text_of(decided)

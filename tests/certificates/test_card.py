"""The citizen's card: what counts, why a dose has none, what became of older ones."""

from datetime import date

import pytest
from django.utils import translation

from certificates import card, countersigning, issuing
from certificates.card import card_of, headline
from certificates.models import Certificate
from certificates.stating import WhyNot
from citizens.models import IdentityDocument
from doses import actions
from doses.models import Dose, Vaccine
from tests.certificates.scene import current, issued, qr_of
from tests.world import dose

pytestmark = pytest.mark.django_db

TODAY = date(2021, 12, 15)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "No dose against COVID-19 is on record"),
        ([("AZ", 1)], "1 dose of the first course is missing"),
        ([("AB", 1)], "2 doses of the first course are missing"),
        ([("AZ", 1), ("AZ", 2)], "Fully vaccinated"),
        ([("JS", 1)], "Fully vaccinated"),
    ],
)
def test_the_first_line_says_how_far_the_course_has_come(world, given, said):
    doses = [
        dose(
            world,
            vaccine=Vaccine.objects.get(code=code),
            ordinal=ordinal,
            given_on=date(2021, 8, ordinal),
        )
        for code, ordinal in given
    ]

    with translation.override("en"):
        line = headline(doses, date(1988, 3, 27), TODAY)

    assert line.split(" · ")[0] == said


def test_the_first_line_names_the_day_of_the_next_dose_by_the_dated_rules(world):
    doses = [
        dose(world, vaccine=world.pfizer, ordinal=ordinal, given_on=date(2021, 9 + ordinal, 1))
        for ordinal in (1, 2)
    ]

    with translation.override("en"):
        before = headline(doses, date(1988, 3, 27), date(2021, 12, 15))
        since = headline(doses, date(1988, 3, 27), date(2022, 6, 1))

    assert before.startswith("Fully vaccinated · next dose due on ")
    assert since.startswith("Fully vaccinated · next dose due since ")


def test_the_card_shows_the_newest_dose_and_the_fate_of_old_ones(world, certificate_keys):
    lan = world.citizens["lan"]
    first = dose(world)
    dose(world, given_on=date(2021, 11, 1), ordinal=2)
    issued(lan)
    actions.revise(first, changes={"vaccine": world.pfizer}, by=None, why="the paper says so")
    issuing.make_wanted()
    countersigning.countersign_waiting()

    shown = card_of(lan)

    assert [one.number for one in shown.held] == ["2/2", "1/2"]
    assert shown.newest.text == qr_of(current(lan)[1])
    assert [one.vaccine for one in shown.held] == [world.az.name, world.pfizer.name]
    (old,) = shown.ended
    assert (old.vaccine, old.certificate.ended_why) == (
        world.az.name,
        Certificate.Why.DOSE_CHANGED,
    )


def test_a_card_without_a_certificate_says_why(world, certificate_keys):
    lan = world.citizens["lan"]
    dose(world, provenance=Dose.Provenance.SELF_DECLARED)
    assert [one.why for one in card_of(lan).without] == [WhyNot.UNVERIFIED]

    dose(world, given_on=date(2021, 11, 1), ordinal=2)
    IdentityDocument.objects.filter(citizen=lan).update(is_proven=False)
    assert [one.why for one in card_of(lan).without] == [WhyNot.IDENTITY, WhyNot.UNVERIFIED]


def test_a_card_asks_for_what_should_exist_already(world, certificate_keys):
    lan = world.citizens["lan"]
    dose(world)

    assert card_of(lan).is_being_made
    issuing.make_wanted()
    countersigning.countersign_waiting()

    assert card_of(lan).newest is not None


def test_the_pages_show_the_code_to_those_who_may_open_the_record_alone(
    world, certificate_keys, as_citizen
):
    dose(world)
    (certificate,) = issued(world.citizens["lan"])
    page = f"/record/certificates/{certificate.public_id}/"

    own = as_citizen(world.user("lan"))
    assert own.get("/record/certificates/").status_code == 200
    response = own.get(page)
    assert response.status_code == 200
    assert card.held_of(world.citizens["lan"], certificate.public_id).code in (
        response.content.decode()
    )

    assert as_citizen(world.user("binh")).get(page).status_code == 404


def test_an_old_certificate_has_no_page_of_its_own(world, certificate_keys, as_citizen):
    given = dose(world)
    (certificate,) = issued(world.citizens["lan"])
    actions.mark_entered_in_error(given, by=None, why="never given")

    page = f"/record/certificates/{certificate.public_id}/"

    assert as_citizen(world.user("lan")).get(page).status_code == 404

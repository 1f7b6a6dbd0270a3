"""What has to be there before a page shows Lan: by route, a function that returns the address."""

from collections.abc import Callable
from datetime import date

import pytest

from citizens import actions
from citizens.looking import break_glass
from citizens.models import Citizen, PhotoProof, RecordLink
from corrections.models import Correction
from doses.actions import revise
from identity.models import PopulationAnswer
from identity.population.facts import FourFacts
from matching import current
from matching.models import MatchPair
from own_data import requests
from review.models import DosePair
from tests.citizens.looking.looks import looked_at
from tests.counter import people as counter
from tests.factories.accounts import UserFactory
from tests.world import World, dose
from vaxreg import db_time


def pair(world: World, case: Correction) -> str:
    """Lan once more, under an old card."""
    other = Citizen.objects.create(
        full_name="Nguyen Thi Lan", date_of_birth=date(1988, 3, 27), id_number="012345678"
    )
    one = MatchPair.objects.create(
        one=case.citizen,
        other=other,
        weight=21.5,
        evidence={"name": ["bare", 6.0]},
        model=current.keep(current.current()),
        found_at=db_time.now(),
    )
    return f"/review/duplicates/{one.pk}/"


def asked(world: World, case: Correction) -> RecordLink:
    """A stranger asks to open Lan's record by her card."""
    lan, stranger = case.citizen, UserFactory.create(phone="+84905555123")
    with pytest.raises(actions.AskedToOpen):
        actions.open_record(
            stranger,
            id_number=str(lan.id_number),
            full_name=lan.full_name,
            date_of_birth=lan.date_of_birth,
        )
    return RecordLink.objects.get(user=stranger)


def openings(world: World, case: Correction) -> str:
    asked(world, case)
    return "/review/openings/"


def opening_photo(world: World, case: Correction) -> str:
    proof = PhotoProof.objects.create(
        link=asked(world, case), paper_photo=b"x", person_photo=b"y", paper_sha256="0" * 64
    )
    return f"/review/openings/photos/{proof.public_id}/paper/"


def emergency(world: World, case: Correction) -> str:
    glass = break_glass.open_record(case.citizen, reason="Sốc phản vệ", by=world.user("minh"))
    return f"/review/emergency/{glass.public_id}/"


def looking(world: World, case: Correction) -> str:
    """Minh has looked at Lan outside of her cases."""
    minh = world.user("minh")
    looked_at(minh, 1, of=[case.citizen])
    return f"/people/looking/{minh.public_id}/"


def data_requests(world: World, case: Correction) -> str:
    words = {"kind": "objection", "what": "Không", "why": "Không"}
    requests.file(case.citizen, **words, by=world.user("lan"))
    return "/oversight/data-requests/"


def mismatches(world: World, case: Correction) -> str:
    """A sweep has asked about Lan."""
    PopulationAnswer.objects.create(
        citizen=case.citizen,
        outcome="not_found",
        fingerprint=FourFacts.of(case.citizen).fingerprint,
        at=db_time.now(),
    )
    return "/review/mismatches/"


def letters(world: World, case: Correction) -> str:
    counter.answered(world)
    return "/counter/letters/"


def answered(world: World, case: Correction) -> str:
    """The dose has what Lan proposed."""
    revise(case.dose, changes={"vaccine": world.pfizer}, by=None, why="Sổ buổi tiêm")
    return "/review/answered/"


def twice(world: World, case: Correction) -> str:
    """Lan's dose once more, entered elsewhere."""
    dose(world, given_on=case.dose.given_on, organization=world.lang_thuong)
    return f"/review/twice/{DosePair.objects.get().public_id}/"


SCENES: dict[str, Callable[[World, Correction], str]] = {
    "answered": answered,
    "counter-letters": letters,
    "data-requests": data_requests,
    "duplicate": pair,
    "duplicates": lambda world, case: pair(world, case) and "/review/duplicates/",
    "emergency": emergency,
    "looking-person": looking,
    "mismatches": mismatches,
    "opening-photo": opening_photo,
    "openings": openings,
    "twice": lambda world, case: twice(world, case) and "/review/twice/",
    "twice-pair": twice,
}

"""Features are written together with the citizen, and for what was there before."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from citizens import merging
from citizens.actions import revise_identity, start_record
from citizens.models import Citizen
from doses import actions as doses
from doses.models import Dose
from matching import writing
from matching.blinding import blind_phones
from matching.models import MatchFeature, MatchModel, MatchPair
from tests.factories.accounts import UserFactory
from tests.factories.citizens import CitizenFactory
from tests.factories.doses import DoseFactory
from vaxreg import db_time
from vaxreg.search import exact_key

pytestmark = pytest.mark.django_db


def features(citizen):
    return MatchFeature.objects.get(citizen=citizen)


def pair(one, other):
    first, second = sorted((one, other), key=lambda citizen: citizen.pk)
    model = MatchModel.objects.create(
        version="v0", digest="0", content={}, calibration={}, people=2
    )
    return MatchPair.objects.create(
        one=first, other=second, weight=9, evidence={}, model=model, found_at=db_time.now()
    )


def test_starting_a_record_writes_its_features():
    user = UserFactory(phone="+84912345678", phone_verified=True)

    link = start_record(user, full_name="Lê Văn Tám", date_of_birth=date(1990, 2, 1))

    assert features(link.citizen).name_marked == exact_key("Lê Văn Tám")
    assert features(link.citizen).phones == blind_phones(["+84912345678"])


def test_a_new_name_is_a_new_feature():
    citizen = CitizenFactory.create(full_name="Lê Văn Tám")

    revise_identity(citizen, changes={"full_name": "Lê Văn Tâm"}, by=None, why="")

    assert features(citizen).given == "tam"
    assert features(citizen).name_marked == exact_key("Lê Văn Tâm")


def test_features_are_undone_with_the_change_of_the_citizen():
    citizen = CitizenFactory.create(full_name="Lê Văn Tám")
    writing.write([citizen])

    with transaction.atomic():
        revise_identity(citizen, changes={"full_name": "Lê Văn Chín"}, by=None, why="")
        transaction.set_rollback(True)

    assert features(citizen).given == "tam"


def test_the_site_of_a_dose_is_a_feature_until_the_dose_was_an_error():
    dose = DoseFactory()
    doses.revise(dose, changes={"lot": "A1"}, by=None, why="")
    before = features(dose.citizen).sites

    doses.mark_entered_in_error(dose, by=None, why="")

    assert before == [dose.organization_id]
    assert features(dose.citizen).sites == []


def test_a_dose_given_abroad_after_one_at_a_site_is_recorded_and_has_no_site():
    dose = DoseFactory()

    doses.record(
        citizen=dose.citizen, vaccine=dose.vaccine, given_on=db_time.now().date(), organization=None,
        abroad=doses.Abroad("JP"), provenance=Dose.Provenance.ABROAD, ordinal=2, by=None,
    )  # fmt: skip

    assert features(dose.citizen).sites == [dose.organization_id]


def test_merging_and_separating_decide_the_pair():
    by, kept, part = UserFactory(), *CitizenFactory.create_batch(2)
    found = pair(kept, part)

    merging.merge(part, into=kept, by=by, why="")

    found.refresh_from_db()
    assert found.decision == MatchPair.Decision.MERGED
    assert found.decided_by == by
    assert features(part).whole == kept.pk

    merging.separate(part, by=by, why="")

    found.refresh_from_db()
    assert found.decision == MatchPair.Decision.NOT_THE_SAME
    assert features(part).whole == part.pk


def test_a_further_merge_leaves_the_first_pair_merged():
    last, kept, part = CitizenFactory.create_batch(3)
    found = pair(kept, part)
    merging.merge(part, into=kept, by=None, why="")

    merging.merge(kept, into=last, by=None, why="")

    found.refresh_from_db()
    assert found.decision == MatchPair.Decision.MERGED


def test_features_of_what_exists_are_filled_in_and_a_stopped_command_goes_on(monkeypatch):
    monkeypatch.setattr(writing, "BATCH", 2)
    CitizenFactory.create_batch(5)
    for _last, done in writing.fill():
        if done == 2:
            break

    printed = StringIO()
    call_command("fill_match_features", stdout=printed)

    assert MatchFeature.objects.count() == Citizen.objects.count() == 5
    assert "2 of 3" in printed.getvalue()
    assert "3 records written." in printed.getvalue()


def test_a_new_key_of_encryption_is_a_new_hash(settings):
    citizen = CitizenFactory.create()
    writing.write([citizen])
    before = features(citizen)
    settings.FIELD_KEYS = ["a key that is new", *settings.FIELD_KEYS]

    writing.refill()

    assert features(citizen).numbers != before.numbers
    assert features(citizen).phones != before.phones

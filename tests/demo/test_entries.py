"""Doses of the demo, written set by set, are as those that were recorded one by one."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from demo import entries
from demo.entries import Entry
from doses import actions
from doses.models import Dose
from reporting.measures import HERE
from tests.factories.accounts import UserFactory
from tests.factories.citizens import CitizenFactory
from tests.factories.doses import vaccine
from tests.factories.organizations import OrganizationFactory
from uptake.models import Change
from vaxreg import db_time

THEN = datetime(2021, 12, 1, 9, tzinfo=HERE)


def entry(**changed: Any) -> Entry:
    facts: dict[str, Any] = {
        "citizen": CitizenFactory.create().pk,
        "vaccine": vaccine("PF").pk,
        "given_on": date(2021, 11, 21),
        "organization": OrganizationFactory.create().pk,
        "ordinal": 2,
        "provenance": Dose.Provenance.CORRECTION,
        "at": THEN,
    }
    return Entry(**facts | changed)


def facts_of(dose: Dose) -> tuple[dict[str, Any], dict[str, Any]]:
    """Everything about a dose and its revision but which ones they are and whose."""
    revision = dose.revisions.get()
    return (
        model_to_dict(dose, exclude=["id", "citizen"])
        | {"recorded_at": dose.recorded_at, "revised_at": dose.revised_at},
        model_to_dict(revision, exclude=["id", "dose"]) | {"at": revision.at},
    )


def test_a_written_dose_is_as_one_that_was_recorded(db):
    nurse, station = UserFactory.create(staff=True), OrganizationFactory.create()
    with db_time.at(THEN):
        recorded = actions.record(
            citizen=CitizenFactory.create(),
            vaccine=vaccine("PF"),
            given_on=date(2021, 11, 21),
            organization=station,
            provenance=Dose.Provenance.CORRECTION,
            by=nurse,
            by_organization=station,
            lot="FG3527",
            ordinal=2,
            correction_reference="VR-7K3M-9QXD",
        )

    (written,) = entries.write(
        [
            entry(
                organization=station.pk,
                lot="FG3527",
                by=nurse.pk,
                by_organization=station.pk,
                correction_reference="VR-7K3M-9QXD",
            )
        ]
    )

    assert facts_of(Dose.objects.get(pk=written)) == facts_of(recorded)
    assert Dose.objects.values("public_id").distinct().count() == 2


def test_doses_are_returned_in_the_order_in_which_they_were_given(db):
    told = [
        entry(given_on=date(2021, 7, 5) + timedelta(days=number), ordinal=1, kind=kind)
        for number, kind in enumerate(["primary", "booster", "additional", "primary"])
    ]

    written = entries.write(iter(told))

    doses = [Dose.objects.get(pk=pk) for pk in written]
    assert [(dose.citizen_id, dose.given_on, dose.kind) for dose in doses] == [
        (one.citizen, one.given_on, one.kind) for one in told
    ]
    # The fold of the coverage is told of each of them.
    assert set(Change.objects.values_list("citizen_id", flat=True)) == {one.citizen for one in told}


def test_no_doses_are_no_trouble(db):
    assert entries.write([]) == []


def test_what_no_dose_can_be_the_database_still_refuses(db):
    twice = entry()

    with pytest.raises(IntegrityError), transaction.atomic():
        entries.write([entry(given_on=date(2021, 12, 2))])
    with pytest.raises(IntegrityError), transaction.atomic():
        entries.write([twice, twice])

    assert not Dose.objects.exists()

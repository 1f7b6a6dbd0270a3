"""A certificate follows the record: what is no longer so is replaced or withdrawn at once."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from certificates import countersigning, health, issuing
from certificates.checking import Answer, check_text
from certificates.issuing import issue_for
from certificates.models import Certificate, Countersignature, Role, Wanted
from citizens import actions as people
from citizens import merging
from citizens.models import IdentityDocument
from corrections import actions as cases
from doses import actions
from doses.actions import Abroad
from doses.models import Dose, Vaccine
from tests.cases import file_one
from tests.certificates.scene import current, issued, qr_of
from tests.world import dose
from vaxreg import db_time

pytestmark = pytest.mark.django_db

Status, Why = Certificate.Status, Certificate.Why


@pytest.fixture
def lan(world, certificate_keys):
    return world.citizens["lan"]


def revise(given: Dose, **changes: object) -> Dose:
    return actions.revise(given, changes=changes, by=None, why="the paper says so")


def ended(certificate: Certificate) -> tuple[str, str]:
    certificate.refresh_from_db()
    return certificate.status, certificate.ended_why


@pytest.mark.parametrize(
    ("changes", "status", "why"),
    [
        ({"given_on": date(2021, 8, 30)}, Status.SUPERSEDED, Why.DOSE_CHANGED),
        ({"vaccine": "PF"}, Status.SUPERSEDED, Why.DOSE_CHANGED),
        ({"ordinal": 2}, Status.SUPERSEDED, Why.DOSE_CHANGED),
        ({"status": Dose.Status.ENTERED_IN_ERROR}, Status.REVOKED, Why.ENTERED_IN_ERROR),
        ({"vaccine": "HBV"}, Status.REVOKED, Why.NOT_STATED),
        # What it does not state changes nothing.
        ({"lot": "ABX9999"}, Status.CURRENT, ""),
        ({"venue": "Nhà văn hoá"}, Status.CURRENT, ""),
        ({"given_by": "Y tá Hoa"}, Status.CURRENT, ""),
    ],
)
def test_a_change_of_a_dose(world, lan, changes, status, why):
    given = dose(world)
    (old,) = issued(lan)
    if "vaccine" in changes:
        changes = {"vaccine": Vaccine.objects.get(code=changes["vaccine"])}

    revise(given, **changes)

    assert ended(old) == (status, why)
    countersigning.countersign_waiting()
    new = next(iter(current(lan)), None)
    if status == Status.SUPERSEDED:
        assert old.replaced_by == new
        assert check_text(qr_of(old), db_time.now()).answer == Answer.REPLACED
        assert new is not None
        assert check_text(qr_of(new), db_time.now()).answer == Answer.VALID
    elif status == Status.REVOKED:
        assert new is None
        assert check_text(qr_of(old), db_time.now()).answer == Answer.REVOKED
    else:
        assert new == old


def test_old_and_new_change_in_the_transaction_of_the_revision(world, lan):
    given = dose(world)
    (old,) = issued(lan)

    with transaction.atomic():
        revise(given, given_on=date(2021, 8, 30))
        assert ended(old) == (Status.SUPERSEDED, Why.DOSE_CHANGED)
        transaction.set_rollback(True)

    assert ended(old) == (Status.CURRENT, "")
    assert Certificate.objects.count() == 1


def test_another_name_brings_another_certificate_and_loses_none(world, lan):
    dose(world)
    dose(world, given_on=date(2021, 11, 1), ordinal=2)
    issued(lan)

    people.revise_identity(
        lan, changes={"full_name": "Nguyễn Thị Lan Anh"}, by=None, why="as on the card"
    )
    countersigning.countersign_waiting()

    assert [one.ended_why for one in Certificate.objects.filter(status=Status.SUPERSEDED)] == [
        Why.PERSON_CHANGED,
        Why.PERSON_CHANGED,
    ]
    named = [issuing.statement_of(one)["nam"]["gn"] for one in current(lan)]
    assert named == ["Thị Lan Anh", "Thị Lan Anh"]


@pytest.mark.parametrize("changes", [{"phone": "+84912345678"}, {"id_number": "001190000099"}])
def test_another_phone_or_number_changes_nothing(world, lan, changes):
    dose(world)
    before = issued(lan)

    people.revise_identity(lan, changes=changes, by=None, why="moved")
    issuing.make_wanted()
    countersigning.countersign_waiting()

    assert current(lan) == before


def test_who_had_one_keeps_having_one_although_the_new_number_is_not_proven(world, lan):
    given = dose(world)
    issued(lan)
    people.revise_identity(
        lan, changes={"id_number": "001190000099"}, by=None, why="typed", number_proven=False
    )
    IdentityDocument.objects.filter(citizen=lan).update(is_proven=False)

    revise(given, given_on=date(2021, 8, 30))
    countersigning.countersign_waiting()

    (new,) = current(lan)
    assert issuing.statement_of(new)["v"][0]["dt"] == "2021-08-30"


def test_a_dose_that_moves_takes_no_certificate_along(world, lan):
    given = dose(world)
    (old,) = issued(lan)
    binh = world.citizens["binh"]

    actions.move(given, to=binh, revision=1, by=None, why="it stood under another name")

    assert ended(old) == (Status.REVOKED, Why.MOVED)
    assert [one.citizen for one in issued(binh)] == [binh]


def test_one_dose_more_renumbers_the_booster_behind_it(world, lan):
    pfizer = world.pfizer
    dose(world)
    dose(world, vaccine=pfizer, given_on=date(2022, 3, 1), kind=Dose.Kind.BOOSTER, ordinal=1)
    before = issued(lan)
    assert [issuing.statement_of(one)["v"][0]["dn"] for one in before] == [1, 3]

    dose(world, given_on=date(2022, 1, 10), kind=Dose.Kind.ADDITIONAL, ordinal=1)
    issuing.make_wanted()
    countersigning.countersign_waiting()

    numbers = [issuing.statement_of(one)["v"][0] for one in current(lan)]
    assert [(one["dn"], one["sd"]) for one in numbers] == [(1, 2), (3, 3), (4, 4)]


def test_after_a_single_dose_a_booster_is_two_of_one(world, lan):
    janssen = Vaccine.objects.get(code="JS")
    dose(world, vaccine=janssen)
    dose(world, vaccine=world.pfizer, given_on=date(2022, 3, 1), kind=Dose.Kind.BOOSTER, ordinal=1)

    numbers = [issuing.statement_of(one)["v"][0] for one in issued(lan)]

    assert [(one["dn"], one["sd"]) for one in numbers] == [(1, 1), (2, 1)]


def test_two_records_made_one_and_separated_again_leave_everybody_with_theirs(world, lan):
    dose(world)
    binh = world.citizens["binh"]
    dose(world, "binh", vaccine=world.pfizer)
    issued(lan)
    issued(binh)

    merging.merge(binh, into=lan, by=world.user("minh"), why="one person")
    issuing.make_wanted()
    countersigning.countersign_waiting()
    assert len(current(lan)) == 2

    binh.refresh_from_db()
    merging.separate(binh, by=world.user("minh"), why="two people after all")
    for person in (lan, binh):
        issuing.make_wanted()
        countersigning.countersign_waiting()
        person.refresh_from_db()
        (held,) = current(person)
        stated = issuing.statement_of(held)["nam"]
        assert f"{stated['fn']} {stated['gn']}" == person.full_name


def test_why_a_dose_has_no_certificate(world, lan):
    course: list[Dose] = []
    cases = [
        (dose(world), True, None),
        (dose(world, given_on=date(2021, 9, 1)), False, issuing.WhyNot.IDENTITY),
        (
            dose(world, given_on=date(2021, 9, 2), provenance=Dose.Provenance.SELF_DECLARED),
            True,
            issuing.WhyNot.UNVERIFIED,
        ),
        (
            dose(
                world,
                given_on=date(2021, 9, 3),
                organization=None,
                abroad=Abroad("DE"),
                provenance=Dose.Provenance.ABROAD,
            ),
            True,
            issuing.WhyNot.ABROAD,
        ),
        (
            dose(world, vaccine=Vaccine.objects.get(code="HBV"), given_on=date(2021, 9, 4)),
            True,
            issuing.WhyNot.OTHER_DISEASE,
        ),
    ]

    assert [
        issuing.why_not(given, course, lan, is_proven=proven) for given, proven, _why in cases
    ] == [why for _given, _proven, why in cases]


def test_nobody_is_certified_before_the_identity_is_proven(world, lan):
    dose(world)
    IdentityDocument.objects.filter(citizen=lan).update(is_proven=False)
    assert issue_for(lan) == []

    IdentityDocument.objects.filter(citizen=lan).update(is_proven=True)
    assert len(issue_for(lan)) == 1


def test_without_a_key_what_is_wanted_waits(world, lan, settings, tmp_path):
    given = dose(world)
    (old,) = issued(lan)
    folder, settings.CERTIFICATE_KEYS = settings.CERTIFICATE_KEYS, str(tmp_path / "empty")

    revise(given, given_on=date(2021, 8, 30))
    issuing.make_wanted()
    assert ended(old) == (Status.SUPERSEDED, Why.DOSE_CHANGED)
    assert Wanted.objects.filter(citizen=lan).exists()
    with db_time.at(db_time.now() + timedelta(hours=1)):
        assert "key of the sites" in health.notice()

    settings.CERTIFICATE_KEYS = folder
    issuing.make_wanted()
    countersigning.countersign_waiting()
    assert len(current(lan)) == 1
    assert not Wanted.objects.exists()


def test_what_a_certificate_says_is_never_rewritten_and_what_ended_never_counts_again(world, lan):
    given = dose(world)
    (old,) = issued(lan)
    revise(given, status=Dose.Status.ENTERED_IN_ERROR)
    signature = Countersignature.objects.filter(certificate=old)

    for change in (
        lambda: Certificate.objects.filter(pk=old.pk).update(site_message=b"x"),
        lambda: Certificate.objects.filter(pk=old.pk).update(
            status=Status.CURRENT, ended_at=None, ended_why=""
        ),
        lambda: Certificate.objects.filter(pk=old.pk).delete(),
        lambda: signature.update(expires_at=db_time.now() + timedelta(days=9_999)),
        lambda: signature.delete(),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            change()


def test_an_accepted_correction_replaces_the_certificate(world, lan, certificate_keys):
    case = file_one(world)
    (old,) = issued(lan)

    cases.accept(case, by=world.user("minh"))
    countersigning.countersign_waiting()

    assert ended(old) == (Status.SUPERSEDED, Why.DOSE_CHANGED)
    (new,) = current(lan)
    assert issuing.statement_of(new)["v"][0]["mp"] == "EU/1/20/1528"
    assert new.dose_revision == 2
    assert certificate_keys[Role.SITE] == new.site_key

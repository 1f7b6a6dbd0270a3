"""Recording and revising doses."""

import re
import threading
from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from citizens.models import Citizen
from doses import actions
from doses.models import Dose, DoseRevision
from doses.plausibility.warnings import DoseCode, DoseWarning
from tests.factories.accounts import UserFactory
from tests.factories.citizens import CitizenFactory, crowd
from tests.factories.doses import DoseFactory, vaccine
from tests.factories.organizations import OrganizationFactory


def test_a_recorded_dose_has_its_first_revision(db):
    nurse, station = UserFactory.create(staff=True), OrganizationFactory.create()

    dose = DoseFactory.create(
        organization=station, lot=" abx 4112 ", by=nurse, by_organization=station
    )

    revision = dose.revisions.get()
    assert (dose.revision, dose.lot) == (1, "ABX 4112")
    assert (revision.number, revision.by, revision.by_organization) == (1, nurse, station)
    assert (revision.vaccine, revision.given_on) == (dose.vaccine, dose.given_on)
    assert (revision.lot, revision.at) == ("ABX 4112", dose.recorded_at)


def test_a_revised_dose_keeps_every_earlier_state(db):
    dose = DoseFactory.create(given_on=date(2021, 8, 28))
    nurse, station = UserFactory.create(staff=True), OrganizationFactory.create()

    revised = actions.revise(
        dose,
        changes={"vaccine": vaccine("PF"), "given_on": date(2021, 8, 29)},
        by=nurse,
        by_organization=station,
        why="Theo giấy xác nhận",
        correction_reference="VR-7K3M-9QXD",
    )

    first, second = revised.revisions.all()
    assert (revised.revision, revised.vaccine.code) == (2, "PF")
    assert (first.vaccine.code, first.given_on) == ("AZ", date(2021, 8, 28))
    assert (second.vaccine.code, second.given_on) == ("PF", date(2021, 8, 29))
    assert (second.by, second.by_organization, second.why) == (nurse, station, "Theo giấy xác nhận")


def test_a_dose_changed_by_a_correction_says_so(db):
    dose = DoseFactory.create()

    corrected = actions.revise(
        dose, changes={"lot": "FG3526"}, by=None, why="-", correction_reference="VR-7K3M-9QXD"
    )
    by_the_site = actions.revise(DoseFactory.create(), changes={"lot": "FG3526"}, by=None, why="-")

    assert corrected.provenance == Dose.Provenance.CORRECTION
    assert by_the_site.provenance == Dose.Provenance.SITE_ENTRY


def test_a_change_that_changes_nothing_leaves_no_revision(db):
    dose = DoseFactory.create(lot="ABX4112")

    same = actions.revise(
        dose, changes={"lot": " abx4112"}, by=None, why="-", correction_reference="VR-7K3M-9QXD"
    )

    assert (same.revision, same.provenance) == (1, "site_entry")


def test_only_facts_of_a_dose_can_be_revised(db):
    with pytest.raises(ValueError, match="citizen"):
        actions.revise(
            DoseFactory.create(), changes={"citizen": CitizenFactory.create()}, by=None, why="-"
        )


def test_a_dose_in_error_leaves_the_record_but_not_the_history(db):
    dose = DoseFactory.create()

    actions.mark_entered_in_error(dose, by=None, why="Nhập nhầm người")

    assert not Dose.objects.of(dose.citizen).shown_to_citizen().exists()
    assert [it.status for it in dose.revisions.all()] == ["completed", "entered_in_error"]


def test_a_dose_is_not_given_in_the_future(db):
    tomorrow = timezone.localdate() + timedelta(days=1)

    with pytest.raises(ValidationError):
        DoseFactory.create(given_on=tomorrow)
    with pytest.raises(ValidationError):
        actions.revise(DoseFactory.create(), changes={"given_on": tomorrow}, by=None, why="-")


def test_a_dose_given_today_is_recorded_today(db):
    assert DoseFactory.create(given_on=timezone.localdate()).pk


def test_a_dose_entered_before_it_was_given_can_be_put_right_later(db):
    with_typed_list = DoseFactory.create(given_on=timezone.localdate() - timedelta(days=30))

    revised = actions.revise(
        with_typed_list, changes={"given_on": timezone.localdate()}, by=None, why="-"
    )

    assert revised.given_on == timezone.localdate()


def test_a_dose_is_not_given_before_birth(db):
    with pytest.raises(ValidationError) as refused:
        DoseFactory.create(citizen=CitizenFactory.create(child=True), given_on=date(2011, 1, 1))

    assert "given_on" in refused.value.message_dict


@pytest.mark.parametrize(
    ("kind", "ordinal"), [("primary", 4), ("primary", 0), ("additional", 2), ("booster", 4)]
)
def test_there_are_seven_lines_on_the_paper_and_no_more(db, kind, ordinal):
    with pytest.raises(ValidationError):
        DoseFactory.create(kind=kind, ordinal=ordinal)


def test_the_same_dose_is_not_recorded_twice(db):
    dose = DoseFactory.create()
    again = {
        "citizen": dose.citizen,
        "organization": dose.organization,
        "given_on": dose.given_on,
    }

    with pytest.raises(ValidationError, match=r"(?i)on record|đã có") as refused:
        DoseFactory.create(**again)

    assert refused.value.error_dict["__all__"][0].code == "on_record"


def test_a_dose_may_be_recorded_again_after_the_first_entry_was_marked_as_an_error(db):
    dose = DoseFactory.create(entered_in_error=True)

    assert DoseFactory.create(
        citizen=dose.citizen, organization=dose.organization, given_on=dose.given_on
    ).pk


def test_a_refused_change_leaves_nothing_behind(db):
    dose = DoseFactory.create()

    with pytest.raises(ValidationError):
        actions.revise(dose, changes={"ordinal": 9}, by=None, why="-")

    assert Dose.objects.get(pk=dose.pk).ordinal == 1
    assert dose.revisions.count() == 1


def test_a_record_lists_doses_oldest_first_in_one_query(db, django_assert_num_queries):
    citizen = CitizenFactory.create()
    DoseFactory.create(citizen=citizen, second=True)
    DoseFactory.create(citizen=citizen)
    DoseFactory.create()

    with django_assert_num_queries(1):
        shown = [
            (dose.ordinal, dose.vaccine.name, dose.organization.name)
            for dose in Dose.objects.of(citizen).shown_to_citizen()
        ]

    assert [ordinal for ordinal, *_ in shown] == [1, 2]


def test_the_database_refuses_a_change_without_revision(db):
    dose = DoseFactory.create()

    with pytest.raises(IntegrityError, match="goes from revision 1"), transaction.atomic():
        Dose.objects.filter(pk=dose.pk).update(lot="OTHER")


def test_the_database_refuses_to_delete_a_dose(db):
    dose = DoseFactory.create()

    with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
        Dose.objects.filter(pk=dose.pk)._raw_delete("default")


@pytest.mark.parametrize(
    "statement", ["UPDATE doses_doserevision SET lot = ''", "DELETE FROM doses_doserevision"]
)
def test_the_database_refuses_to_rewrite_a_revision(db, statement):
    DoseFactory.create()

    with (
        pytest.raises(IntegrityError, match="refused"),
        transaction.atomic(),
        connection.cursor() as c,
    ):
        c.execute(statement)


def test_the_doses_of_a_citizen_are_read_through_their_index(db):
    dose = DoseFactory.create()
    crowd(2000)
    same = {"vaccine": dose.vaccine, "organization": dose.organization, "provenance": "site_entry"}
    Dose.objects.bulk_create(
        Dose(citizen=one, given_on=dose.given_on, kind="primary", ordinal=1, **same)
        for one in Citizen.objects.exclude(pk=dose.citizen_id)
    )
    with connection.cursor() as cursor:
        # Without statistics the plan would depend on what other tests have left behind.
        cursor.execute("ANALYZE doses_dose")

    plan = Dose.objects.of(dose.citizen).shown_to_citizen().explain()

    # Both indexes begin with citizen and date; which one is cheaper depends on the statistics.
    assert re.search(
        r"(Index|Bitmap Index) Scan (using|on) dose_(citizen_given_on|once_per_day)", plan
    )


@pytest.mark.django_db(transaction=True)
def test_two_revisions_at_once_follow_each_other():
    dose = DoseFactory.create()
    start = threading.Barrier(2)

    def revise(lot):
        try:
            start.wait()
            actions.revise(dose, changes={"lot": lot}, by=None, why="-")
        finally:
            connection.close()

    threads = [threading.Thread(target=revise, args=(lot,)) for lot in ("FIRST", "SECOND")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    revisions = DoseRevision.objects.filter(dose=dose).order_by("number")
    assert [it.number for it in revisions] == [1, 2, 3]
    assert {it.lot for it in revisions} == {"ABX4112", "FIRST", "SECOND"}


def test_a_dose_keeps_where_when_and_by_whom_it_was_given(db):
    dose = DoseFactory.create(
        venue=" Trường Tiểu học  Đông Thái ", given_time=time(9, 30), given_by="Trần Thị Hoa"
    )

    revision = dose.revisions.get()
    assert (dose.venue, dose.given_time) == ("Trường Tiểu học Đông Thái", time(9, 30))
    assert (revision.venue, revision.given_by) == (dose.venue, "Trần Thị Hoa")


def test_a_dose_given_abroad_has_a_country_and_no_organization(db):
    dose = DoseFactory.create(
        organization=None,
        vaccine=vaccine("CS"),
        provenance="abroad",
        abroad=actions.Abroad("GB", "Covishield", "NHS"),
    )

    assert (dose.country, dose.issuer) == ("GB", "NHS")
    assert dose.place == "Vương quốc Anh · NHS"


@pytest.mark.parametrize(
    ("organization", "abroad"),
    [(False, None), (True, actions.Abroad("GB")), (False, actions.Abroad("VN"))],
)
def test_a_dose_has_a_site_here_or_another_country_and_never_both(db, organization, abroad):
    site = OrganizationFactory.create() if organization else None

    with pytest.raises(ValidationError, match=r"quốc gia khác"):
        DoseFactory.create(organization=site, abroad=abroad)


def test_the_same_dose_abroad_is_on_record_once(db):
    facts = {"organization": None, "abroad": actions.Abroad("GB")}
    first = DoseFactory.create(**facts)

    with pytest.raises(ValidationError) as refused:
        DoseFactory.create(citizen=first.citizen, **facts)

    assert "on_record" in {error.code for error in refused.value.error_dict["__all__"]}


def test_warnings_that_were_left_standing_are_kept_and_never_change(db):
    nurse = UserFactory.create(staff=True)
    doubt = DoseWarning(DoseCode.LOT_NOT_RECEIVED, "lot", {"lot": "FG3526"})

    dose = DoseFactory.create(by=nurse, left=[doubt])

    left = dose.warnings_left.get()
    assert (left.code, left.values, left.by, left.revision) == (
        "lot_not_received", {"lot": "FG3526"}, nurse, 1,
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        left.delete()

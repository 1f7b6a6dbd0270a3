"""An app is told of what changed in records that it may read, of nothing else, and at no cost to others."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from certificates.issuing import issue_for
from citizens.models import Citizen, RecordLink, Restriction
from corrections import actions
from doses import actions as doses
from doses import later
from partners.models import AppConsent, Delivery, Event, EventType, PartnerApp
from partners.webhooks import audience, events
from tests.cases import file_one
from tests.certificates.scene import certificate_keys, issued  # noqa: F401 — a fixture
from tests.partners.listening import agree, listen, new_app
from tests.world import World, dose
from vaxreg import db_time

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(world: World) -> PartnerApp:
    """An app that Lan lets read her record, and that listens."""
    made = new_app()
    agree(made, world.user("lan"), world.citizens["lan"])
    listen(made)
    return made


def told() -> list[tuple[str, str, str]]:
    rows = Event.objects.order_by("pk")
    return [(one.type, one.kind, one.key) for one in rows]


def test_a_case_is_told_when_it_is_filed_and_at_each_status(app, world):
    given = dose(world)
    Event.objects.all().delete()
    case = file_one(world, dose=given, proposed={"vaccine": "PF"})
    minh = world.user("minh")
    actions.note(case, by=minh, text="Đã gọi")
    actions.refuse(case, by=minh, ground="photo_blurred", remark="Ảnh mờ")

    assert told() == [("correction.changed", "correction", case.reference)] * 3
    assert Delivery.objects.count() == 3


def test_a_dose_and_the_certificate_that_ends_with_it_are_told(
    app,
    world,
    certificate_keys,  # noqa: F811
):
    given = dose(world)
    Event.objects.all().delete()
    (certificate,) = issued(world.citizens["lan"])

    doses.revise(given, changes={"ordinal": 2}, by=None, why="giấy ghi thế")

    assert sorted(told()) == [
        ("certificate.ended", "certificate", str(certificate.public_id)),
        ("dose.changed", "dose", str(given.public_id)),
    ]
    issue_for(world.citizens["lan"])
    assert len(told()) == 2


def test_an_event_falls_with_the_transaction_and_never_changes(app, world):
    with transaction.atomic():
        dose(world)
        assert len(told()) == 1
        transaction.set_rollback(True)
    assert told() == []

    dose(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.update(key="x")


def test_doses_of_many_people_are_told_by_their_records_with_queries_for_all_at_once(app, world):
    lan, binh = world.citizens["lan"], world.citizens["binh"]
    with CaptureQueriesContext(connection) as for_one:
        later.announce({lan.pk})
    before = Event.objects.count()
    with CaptureQueriesContext(connection) as for_two:
        later.announce({lan.pk, binh.pk})

    assert told() == [("dose.changed", "record", str(lan.public_id))] * 2
    assert Event.objects.count() - before == 1
    assert len(for_two) <= len(for_one) + 1


@pytest.mark.parametrize("wanted", EventType)
def test_where_no_app_listens_a_change_costs_one_query(world, wanted, django_assert_num_queries):
    agree(new_app(), world.user("lan"), world.citizens["lan"])

    with django_assert_num_queries(1):
        assert not events.note(wanted, lambda: pytest.fail("nobody listens"))


def _end_link(world: World) -> None:
    RecordLink.objects.filter(user=world.user("lan")).update(until=db_time.now())


def _end_consent(world: World) -> None:
    AppConsent.objects.update(until=db_time.now())


def _run_out(world: World) -> None:
    now = db_time.now()
    AppConsent.objects.update(since=now - timedelta(2), ends_at=now - timedelta(1))


def _restrict(world: World) -> None:
    Restriction.objects.create(citizen=world.citizens["lan"])


def _end_app(world: World) -> None:
    PartnerApp.objects.update(ended_at=db_time.now())


def _close_account(world: World) -> None:
    User.objects.filter(pk=world.user("lan").pk).update(is_active=False)


def _narrow(world: World) -> None:
    AppConsent.objects.update(scopes=["patient/Patient.rs", "file"])


@pytest.mark.parametrize(
    "no_more", [_end_link, _end_consent, _run_out, _restrict, _end_app, _close_account, _narrow]
)
def test_nothing_is_told_once(app, world, no_more):
    no_more(world)

    dose(world)

    assert told() == []


@pytest.mark.parametrize(
    ("scope", "types"),
    [
        ("read", set(EventType)),
        ("patient/Task.rs", {EventType.CORRECTION}),
        ("patient/Immunization.rs", {EventType.DOSE}),
        ("patient/Patient.rs", set()),
        ("file", set()),
    ],
)
def test_a_scope_opens_what_it_reads(world, scope, types):
    lan, made = world.citizens["lan"], new_app()
    agree(made, world.user("lan"), lan, scopes=[scope])

    found = {one for one in EventType if audience.apps_of(one, [lan.pk]).get(lan.pk)}

    assert found == types


def test_a_merged_record_is_one_person_and_other_people_are_not(app, world):
    lan, binh = world.citizens["lan"], world.citizens["binh"]
    part = Citizen.objects.create(full_name="Nguyễn Thị Lan", date_of_birth=lan.date_of_birth)
    Citizen.objects.filter(pk=part.pk).update(merged_into=lan)

    found = audience.apps_of(EventType.DOSE, [part.pk, lan.pk, binh.pk])

    assert found == {part.pk: {app.pk}, lan.pk: {app.pk}}


def test_what_is_a_month_old_is_forgotten(app, world):
    dose(world)
    assert events.forget() == 0

    with db_time.at(db_time.now() + timedelta(days=31)):
        assert events.forget() == 1
    assert not Delivery.objects.exists()

"""Reminders go once for each dose, by day, to those who may be told and want it; leads switch them on."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from citizens.models import Citizen, RecordLink, Restriction
from doses import actions
from doses.models import Dose, VaccineGroup
from messaging import preferences
from messaging.models import Message
from organizations.models import Membership, Organization
from recording.due import fold, reminders, sending
from recording.models import NextDose, Reminder, ReminderSetting
from tests import world as worlds
from tests.cases import file_one
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db

Change = Callable[[World, Dose], object]


def at_hour(hour: int) -> datetime:
    """This hour of tomorrow in Viet Nam: everything else happened before."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, time(hour)))


@pytest.fixture
def dose(world: World) -> Iterator[Dose]:
    """Lan's second dose is due in three days; it is ten in the morning."""
    Membership.objects.filter(user=world.user("minh")).update(role="lead")
    at = at_hour(10)
    with db_time.at(at):
        yield worlds.dose(world, given_on=timezone.localdate(at) - timedelta(days=53))


def covid() -> VaccineGroup:
    return VaccineGroup.objects.get(code="covid19")


def switch(world: World, *, is_on: bool = True, days_before: int = 3) -> ReminderSetting:
    return reminders.switch(
        world.buoi, covid(), is_on=is_on, days_before=days_before, by=world.user("minh")
    )


def sent() -> list[str | None]:
    """Whom the job writes to: the phones, as they are written in the messages."""
    fold.update()
    sending.send_due()
    return [one.recipient for one in Message.objects.filter(purpose=reminders.PURPOSE)]


def refused(world: World, dose: Dose) -> None:
    preferences.choose(world.user("lan").pk, reminders.PURPOSE, wanted=False)


def a_case(world: World, dose: Dose) -> None:
    file_one(world, dose=dose, proposed={"lot": "X1"})


def a_missing_dose(world: World, dose: Dose) -> None:
    said = {
        "vaccine": "AZ",
        "given_on": dose.given_on.isoformat(),
        "position": "primary-2",
        "organization": str(world.quang_an.public_id),
    }
    file_one(world, kind="missing_dose", proposed=said, named_site=world.quang_an)


def successor(world: World, dose: Dose) -> None:
    """The station that gave the dose is closed; that of Quảng An is its successor and reminds."""
    Organization.objects.filter(pk=world.buoi.pk).update(
        closed_on=date(2021, 10, 1), successor=world.quang_an
    )
    Membership.objects.filter(user=world.user("minh")).update(organization=world.quang_an)
    reminders.switch(world.quang_an, covid(), is_on=True, days_before=3, by=world.user("minh"))


def merged(world: World, dose: Dose) -> None:
    """Her record is a part of another one, which nobody opens."""
    kept = Citizen.objects.create(full_name="Nguyễn Lan", date_of_birth=date(1988, 3, 27))
    Citizen.objects.filter(pk=dose.citizen_id).update(merged_into=kept)


LAN, NOBODY = ["+84912345678"], list[str]()
CHANGES: dict[str, tuple[Change, list[str]]] = {
    "nothing": (lambda world, dose: None, LAN),
    "switched off again": (lambda world, dose: switch(world, is_on=False), NOBODY),
    "two days before": (lambda world, dose: switch(world, days_before=2), NOBODY),
    "she does not want it": (refused, NOBODY),
    "a phone that is not verified": (
        lambda world, dose: User.objects.filter(pk=world.user("lan").pk).update(phone_verified=False),
        NOBODY,
    ),
    "a closed link": (
        lambda world, dose: RecordLink.objects.filter(citizen=dose.citizen).update(
            until=db_time.now(), ended_by=F("user")
        ),
        NOBODY,
    ),
    "a restricted record": (
        lambda world, dose: Restriction.objects.create(citizen=dose.citizen), NOBODY,
    ),
    "a case about the dose": (a_case, NOBODY),
    "a case about a missing dose": (a_missing_dose, NOBODY),
    "the dose was given": (
        lambda world, dose: worlds.dose(world, ordinal=2, given_on=db_time.now().date()), NOBODY,
    ),
    "given longer ago": (
        lambda world, dose: actions.revise(
            dose, changes={"given_on": dose.given_on - timedelta(days=11)}, by=None, why="x"
        ),
        NOBODY,
    ),
    "a week overdue": (
        lambda world, dose: actions.revise(
            dose, changes={"given_on": dose.given_on - timedelta(days=10)}, by=None, why="x"
        ),
        LAN,
    ),
    "a merged record": (merged, LAN),
    "another site reminds": (successor, LAN),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_reminder_goes_to_whom_it_may_and_to_nobody_else(world: World, dose: Dose, name: str):
    switch(world)
    change, expected = CHANGES[name]

    change(world, dose)

    assert sent() == expected


def test_one_reminder_a_dose_in_the_words_of_the_site_and_it_is_counted(world: World, dose: Dose):
    switch(world)
    assert sent() == LAN

    assert sent() == LAN

    message = Message.objects.get(purpose=reminders.PURPOSE)
    due = NextDose.objects.get()
    assert message.text.startswith("Sổ Tiêm: ")
    assert f"{due.due_on:%d/%m/%Y}" in message.text
    assert "Trạm Y tế Phường Bưởi" in message.text
    assert "/account/" in message.text
    assert "Lan" not in message.text
    assert Reminder.objects.get().message == message
    (row, *_others) = reminders.of_site(world.buoi)
    assert (row.group.code, row.is_on, row.outcome.waiting) == ("covid19", True, 1)


def test_a_child_s_reminder_goes_to_who_takes_care_of_it(world: World, dose: Dose):
    worlds.dose(world, "child", given_on=dose.given_on)
    refused(world, dose)
    switch(world)
    assert sent() == []

    preferences.choose(world.user("lan").pk, reminders.PURPOSE, wanted=True)

    assert sent() == [*LAN, *LAN]
    assert len({one.text for one in Message.objects.filter(purpose=reminders.PURPOSE)}) == 2


@pytest.mark.parametrize(("hour", "expected"), [(7, []), (8, LAN), (19, LAN), (20, [])])
def test_nobody_is_reminded_by_night(world: World, dose: Dose, hour: int, expected: list[str]):
    switch(world)

    with db_time.at(at_hour(hour)):
        assert sent() == expected


def test_only_the_lead_switches_them_on_and_not_for_any_number_of_days(world: World, dose: Dose):
    with pytest.raises(ValidationError):
        switch(world, days_before=15)
    Membership.objects.filter(user=world.user("minh")).update(role="reviewer")

    with pytest.raises(PermissionDenied):
        switch(world)

    assert not ReminderSetting.objects.exists()

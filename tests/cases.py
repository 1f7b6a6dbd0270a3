"""Cases in the situations that tests start from: filed, overdue, many, of every kind."""

from datetime import date, timedelta
from typing import Any

from django.db import connection

from accounts import rate_limits
from citizens.models import Citizen
from corrections import actions
from corrections.actions import filing
from corrections.actions.filing import Claim
from corrections.models import Correction, Kind, Policy
from organizations.models import Membership
from tests import world as worlds
from tests.factories.accounts import staff_user
from tests.world import World
from vaxreg import db_time


def file_one(
    world: World, *, whose: str = "lan", key: str = "key-1", routed: bool = True, **claim: object
) -> Correction:
    """File one correction; by default about the vaccine of Lan's first dose.

    It does not count for the limit of filings: tests may need many of one person.
    """
    who = "lan" if whose == "child" else whose
    if not claim:
        claim = {"dose": worlds.dose(world, whose), "proposed": {"vaccine": world.pfizer.code}}
    filed = filing.file(
        by=world.user(who),
        citizen=world.citizens[whose],
        key=key,
        claims=[Claim(**claim)],
    )
    rate_limits.reset("filing", str(world.user(who).pk))
    correction = filed.corrections.get()
    return actions.route(correction) if routed else correction


def colleague(world: World) -> "worlds.User":
    nurse = staff_user(email="thu@example.vn", full_name="Ngô Thị Thu")
    Membership.objects.create(
        user=nurse, organization=world.buoi, role="reviewer", since=db_time.now() - worlds.LONG_AGO
    )
    return nurse


def waits_for_second(correction: Correction, *, first: "worlds.User") -> Correction:
    """Let somebody accept a missing dose on a photo alone: a second person has to confirm it."""
    rule = {"four_eyes": ["dose_on_photo_alone"], "second_look_percent": 0}
    Policy.objects.get_or_create(version=2, defaults={**rule, "made_at": db_time.now()})
    assert correction.named_site is not None
    values = {
        "vaccine": "PF",
        "given_on": "2021-11-21",
        "position": "primary-1",
        "organization": str(correction.named_site.public_id),
    }
    return actions.accept(correction, by=first, values=values, remark="Theo giấy")


def make_overdue(correction: Correction, hours: float = 49) -> Correction:
    """Move a case's times into the past, as if it had been received so many hours ago."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        values = {"by": timedelta(hours=hours), "id": correction.pk}
        cursor.execute(
            "UPDATE corrections_correction SET received_at = received_at - %(by)s,"
            " due_at = due_at - %(by)s WHERE id = %(id)s",
            values,
        )
        cursor.execute(
            "UPDATE corrections_clock SET started_at = started_at - %(by)s,"
            " due_at = due_at - %(by)s, next_milestone_at = next_milestone_at - %(by)s"
            # Whether a weekend lies in between is not the question here.
            " WHERE correction_id = %(id)s AND kind <> 'statutory'",
            values,
        )
        cursor.execute("SET session_replication_role = DEFAULT")
    correction.refresh_from_db()
    return correction


def other_record(**changed: Any) -> Citizen:
    """Lan, recorded once more under her old number and without her diacritics."""
    values = {
        "full_name": "Nguyen Thi Lan",
        "date_of_birth": date(1988, 3, 27),
        "sex": "female",
        "id_number": "012345678",
        "phone": "+84911111111",
    }
    return Citizen.objects.create(**(values | changed))


def claim_of(world: World, kind: Kind) -> dict[str, Any]:
    """Return a claim of this kind by Lan that can be accepted."""
    if kind == Kind.IDENTITY:
        return {"kind": kind, "proposed": {"full_name": "Nguyễn Thị Lân", "sex": "female"}}
    if kind == Kind.SPLIT_RECORD:
        other_record()
        return {"kind": kind, "proposed": {"other_id_number": "012 345 678"}}
    if kind == Kind.MISSING_DOSE:
        proposed = {
            "vaccine": "PF",
            "given_on": "2021-11-21",
            "position": "primary-2",
            "organization": str(world.buoi.public_id),
        }
        return {"proposed": proposed, "named_site": world.buoi}
    dose = worlds.dose(world)
    if kind == Kind.WRONG_FIELDS:
        return {"dose": dose, "proposed": {"vaccine": "PF"}}
    if kind == Kind.DUPLICATE:
        twin = worlds.dose(world, given_on=date(2021, 8, 30))
        return {"kind": kind, "dose": dose, "proposed": {"duplicate_of": str(twin.public_id)}}
    return {"kind": kind, "dose": dose, "proposed": {}}


def file_many(world: World, number: int) -> list[Correction]:
    """File as many corrections of missing doses, an hour apart, the oldest first."""
    now = db_time.now()
    filed = []
    for index in range(number):
        with db_time.at(now - timedelta(hours=number - index)):
            person = worlds.Citizen.objects.create(
                full_name=f"Người {index:03}", date_of_birth="2015-01-01"
            )
            worlds.RecordLink.objects.create(
                user=world.user("lan"),
                citizen=person,
                relation="guardian",
                proven_by="staff",
                since=db_time.now(),
            )
            world.citizens[f"n{index}"] = person
            world.users[f"n{index}"] = world.user("lan")
            filed.append(
                file_one(
                    world,
                    whose=f"n{index}",
                    key=f"many-{index}",
                    proposed={"position": "primary-1"},
                    named_site=world.buoi,
                )
            )
    return filed


DAY = date(2021, 8, 1)


def employ(world: World, key: str, name: str, organization, role: str = "reviewer"):
    user = staff_user(email=f"{key}@example.vn", full_name=name)
    since = db_time.now() - worlds.LONG_AGO
    Membership.objects.create(user=user, organization=organization, role=role, since=since)
    world.users[key] = user
    return user


def file_at(world: World, number: int, site=None) -> Correction:
    """File one about a dose of its own, given by Phường Bưởi."""
    dose = worlds.dose(
        world,
        given_on=DAY + timedelta(days=number),
        lot=f"L{number}",
        ordinal=2,
        organization=site or world.buoi,
    )
    return file_one(world, key=f"key-{number}", dose=dose, proposed={"vaccine": "PF"})


def each_has_one_desk() -> bool:
    open_cases = Correction.objects.open().exclude(status="received")
    return all(
        case.holder is not None
        and case.holder.is_open
        and list(case.holdings.filter(until=None).values_list("organization", flat=True))
        == [case.holder_id]
        for case in open_cases.select_related("holder")
    )

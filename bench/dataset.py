"""The data of benchmarks: a country of desks with staff, and any number of cases.

Set-based, always the same for the same seed; never for a database with real data.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User, VerifiedIdentity
from citizens.models import Citizen
from corrections.clocks import policies
from corrections.models import Correction
from organizations.models import REGISTRY_START, Area, Membership, Organization

Kind = Organization.Kind
DISTRICTS, STATIONS = 10, 10
CITIZENS = 1000
# Rows for one INSERT.
BATCH = 2_000
# They have worked there since the first dose of the country.
SINCE = timezone.make_aware(datetime.combine(REGISTRY_START, time(8)))
ROLES = {
    **dict.fromkeys(Kind.values, Membership.Role.REVIEWER),
    Kind.MINISTRY.value: Membership.Role.OFFICER,
    Kind.PROVINCIAL_DEPARTMENT.value: Membership.Role.OFFICER,
    Kind.DISTRICT_CENTRE.value: Membership.Role.OFFICER,
    Kind.HOTLINE.value: Membership.Role.HOTLINE,
}

# One case per number: filing, correction, two clocks, holding, and the event of filing. References
# are just numbers instead of the usual letters.
CASES = """
WITH numbers AS MATERIALIZED (
    SELECT n, now() - %(newest)s::interval - (%(last)s - n) * %(apart)s::interval AS received_at,
        (%(desks)s::bigint[])[1 + abs(hashint8(n + %(seed)s)) %% %(desk_count)s] AS holder_id,
        (%(citizens)s::bigint[])[1 + n %% %(citizen_count)s] AS citizen_id
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
), filings AS (
    INSERT INTO corrections_filing (public_id, key, content_hash, channel, words, has_no_paper,
        received_at, citizen_id, filed_by_id, contact_phone)
    SELECT gen_random_uuid(), 'bench-' || n, '', 'web', '', true, received_at, citizen_id,
        %(filed_by)s, ''
    FROM numbers RETURNING id, key
), cases AS (
    INSERT INTO corrections_correction (public_id, reference, kind, subject, recorded, proposed,
        site_text, status, routing_reason, received_at, due_at, ground, remark, version,
        citizen_id, holder_id, filing_id, bounces, on_appeal, warnings)
    SELECT gen_random_uuid(), 'B' || n, 'missing_dose', 'missing:' || n, '{}', '{}', '', 'queued',
        '{}', received_at, received_at + interval '48 hours', '', '', 1, citizen_id, holder_id,
        filings.id, 0, false, '[]'
    FROM numbers JOIN filings ON filings.key = 'bench-' || n
    RETURNING id, received_at, due_at, holder_id
), clocks AS (
    INSERT INTO corrections_clock (kind, number, length, started_at, due_at, milestones_passed,
        next_milestone_at, stopped_how, stopped_at, correction_id, policy_id)
    SELECT 'review', 1, interval '48 hours', received_at, due_at, %(passed)s,
        received_at + %(next_milestone)s::interval, '', NULL, id, %(policy)s FROM cases
    UNION ALL
    SELECT 'statutory', 1, interval '4 days', received_at, received_at + interval '4 days', 0,
        NULL, 'answered', now(), id, %(policy)s FROM cases
), holdings AS (
    INSERT INTO corrections_holding (since, correction_id, organization_id, opens)
    SELECT received_at, id, holder_id, true FROM cases
)
INSERT INTO corrections_correctionevent (step, from_status, to_status, party, at, remark, data,
    by_id, correction_id)
SELECT 'file', '', 'received', 'citizen', received_at, '', '{}', %(filed_by)s, id FROM cases
"""


def build_country(
    districts: Sequence[int], stations: int = STATIONS, citizens: int = CITIZENS
) -> list[Organization]:
    """Write the tree of organizations, with an officer above and a reviewer at each desk.

    districts: number for each province; stations: number for each district. Returns the departments
    of the provinces in the same order.
    """
    call_command("load_vaccines", stdout=StringIO())
    policies.current()
    ministry = _organizations([("BENCH", None, None)], Kind.MINISTRY)
    departments = _parts(
        [(ministry[0], None)] * len(districts), Kind.PROVINCIAL_DEPARTMENT, "province"
    )
    around = [
        department
        for department, number in zip(departments, districts, strict=True)
        for _district in range(number)
    ]
    centres = _parts(around, Kind.DISTRICT_CENTRE, "district")
    sites = _parts(
        [centre for centre in centres for _station in range(stations)],
        Kind.COMMUNE_STATION,
        "commune",
    )
    employ([*ministry, *(one for one, _area in (*departments, *centres, *sites))])
    Citizen.objects.bulk_create(
        Citizen(full_name=f"Nguyễn Văn {number}", date_of_birth=date(1980, 5, 17), sex="male")
        for number in range(citizens)
    )
    return [department for department, _area in departments]


def employ(organizations: Sequence[Organization]) -> None:
    """Give each of them one person, identity verified: reviewer at a site, else officer or agent."""
    users = User.objects.bulk_create(
        (
            User(email=f"{one.code.lower()}@bench.example", full_name=one.name)
            for one in organizations
        ),
        batch_size=BATCH,
    )
    VerifiedIdentity.objects.bulk_create(
        (
            VerifiedIdentity(
                user=user,
                full_name=user.full_name,
                id_number=f"003{user.pk:09}",
                date_of_birth=date(1979, 3, 2),
                proven_by=VerifiedIdentity.Proof.IMPORT,
            )
            for user in users
        ),
        batch_size=BATCH,
    )
    Membership.objects.bulk_create(
        (
            Membership(user=user, organization=one, role=ROLES[one.kind], since=SINCE)
            for user, one in zip(users, organizations, strict=True)
        ),
        batch_size=BATCH,
    )


def add_cases(
    count: int, *, newest: timedelta, seed: int, passed: int, next_milestone: timedelta
) -> None:
    """Write open cases, received one second apart, the newest `newest` ago.

    passed: milestones of the review already handled. next_milestone: time of the next one, counted
    from receipt.
    """
    if not count:
        return
    first = Correction.objects.count() + 1
    desks = list(
        Organization.objects.filter(kind=Kind.COMMUNE_STATION)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    citizens = list(Citizen.objects.order_by("pk").values_list("pk", flat=True)[:CITIZENS])
    with connection.cursor() as cursor:
        parameters: dict[str, Any] = {
            "first": first,
            "last": first + count - 1,
            "newest": newest,
            "apart": timedelta(seconds=1),
            "seed": seed,
            "desks": desks,
            "desk_count": len(desks),
            "citizens": citizens,
            "citizen_count": len(citizens),
            "filed_by": ministry_officer().pk,
            "policy": policies.current().pk,
            "passed": passed,
            "next_milestone": next_milestone,
        }
        cursor.execute(CASES, parameters)


def ministry_officer() -> User:
    """Return the officer of the ministry."""
    return User.objects.order_by("pk")[0]


def vacuum_analyze() -> None:
    """Update the planner's statistics, as autovacuum would have done by then."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _parts(
    above: list[tuple[Organization, Area | None]], kind: Organization.Kind, level: str
) -> list[tuple[Organization, Area | None]]:
    """Write an area and its desk for each parent; a parent listed twice gets two."""
    digits = {"province": 2, "district": 3, "commune": 5}[level]
    areas = Area.objects.bulk_create(
        Area(
            code=f"{number:0{digits}}",
            level=level,
            name=f"{level} {number}",
            full_name=f"{level} {number}",
            parent=around,
            path=f"{around.path if around else ''}{number:0{digits}}/",
        )
        for number, (_organization, around) in enumerate(above, 1)
    )
    made = _organizations(
        [
            (f"{level}-{area.code}", organization, area)
            for (organization, _around), area in zip(above, areas, strict=True)
        ],
        kind,
    )
    return list(zip(made, areas, strict=True))


def _organizations(
    wanted: list[tuple[str, Organization | None, Area | None]], kind: Organization.Kind
) -> list[Organization]:
    made = Organization.objects.bulk_create(
        Organization(code=code, name=f"Desk {code}", kind=kind, part_of=above, area=area)
        for code, above, area in wanted
    )
    return list(Organization.objects.filter(pk__in=[one.pk for one in made]).order_by("pk"))

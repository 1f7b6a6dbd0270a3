"""The real tree of 63 provinces with staff and cases spread over it, at random but always the same.

Written past the verbs, a table at a time: only where everything lies matters here.
"""

import random
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import connection

from accounts.models import User
from citizens.models import Citizen
from corrections.clocks import policies
from corrections.lifecycle import Ground, Status
from corrections.models import Breach, Clock, Correction, Filing, Holding, Kind, Pause
from organizations.areas import load_areas
from organizations.build import build_organizations
from organizations.models import Membership, Organization
from organizations.reform.lists import became
from tests.factories.accounts import verify
from vaxreg import db_time

Kinds = Organization.Kind
Roles = Membership.Role
REVIEW_TIME = timedelta(hours=48)
# Six districts of Hà Nội gave a part to this ward: its station has predecessors under all of them.
HONG_HA = "00097"
OPEN = (Status.QUEUED, Status.IN_REVIEW, Status.WAITING, Status.KEPT, Status.TO_COUNTERSIGN)


@dataclass
class Country:
    """The tree by code, officers by the code of their organization, reviewers likewise."""

    by_code: dict[str, Organization]
    officers: dict[str, User] = field(default_factory=dict)
    reviewers: dict[str, User] = field(default_factory=dict)
    cases: list[Correction] = field(default_factory=list)


def build(seed: int = 9458) -> Country:
    """Write the tree, some 600 members of staff and 1,000 cases."""
    load_areas()
    build_organizations()
    tree = Organization.objects.select_related("area", "part_of__part_of")
    country = Country({one.code: one for one in tree})
    chance = random.Random(seed)
    stations = _chosen_stations(country, chance)
    _staff(country, stations, chance)
    _cases(country, stations, chance)
    with connection.cursor() as cursor:
        # Nobody else does, inside of a transaction; and what was deferred is checked only once.
        cursor.execute("ANALYZE")
    connection.check_constraints()
    return country


def _chosen_stations(country: Country, chance: random.Random) -> list[Organization]:
    """Three stations of two districts of every province, and all that became one ward."""
    below = defaultdict(list)
    for one in country.by_code.values():
        if one.part_of_id is not None:
            below[one.part_of_id].append(one)
    chosen = {f"TYT-{old}" for old, one in became().items() if one.main == HONG_HA}
    for department in [one for one in country.by_code.values() if one.code.startswith("SYT-")]:
        centres = [one for one in below[department.pk] if len(below[one.pk]) > 2]
        for centre in chance.sample(centres, 2):
            chosen |= {one.code for one in chance.sample(below[centre.pk], 3)}
    return [country.by_code[code] for code in sorted(chosen)]


def _staff(country: Country, stations: list[Organization], chance: random.Random) -> None:
    """An officer for every body above the stations; a reviewer for two stations of three."""
    centres = {one.part_of.code for one in stations if one.part_of}
    departments = {code for code in country.by_code if code.startswith("SYT-")}
    wanted = [(code, Roles.OFFICER) for code in sorted(centres | departments)]
    wanted += [(one.code, Roles.REVIEWER) for one in stations if chance.random() < 0.67]
    wanted += [("BYT", Roles.OFFICER), ("DDN", Roles.HOTLINE)]
    users = User.objects.bulk_create(
        User(email=f"{code.lower()}.{role}@example.vn", full_name=f"Nguyễn Văn {number}")
        for number, (code, role) in enumerate(wanted)
    )
    for user in users:
        verify(user)
    long_ago = db_time.now() - timedelta(days=60)
    Membership.objects.bulk_create(
        Membership(user=user, organization=country.by_code[code], role=role, since=long_ago)
        for user, (code, role) in zip(users, wanted, strict=True)
    )
    for user, (code, role) in zip(users, wanted, strict=True):
        who = country.officers if role == Roles.OFFICER else country.reviewers
        who[code] = user


def _cases(country: Country, stations: list[Organization], chance: random.Random) -> None:
    """Open ones in every status, late and in time; pools, appeals; what was decided; unrouted."""
    now = db_time.now()
    somebody = User.objects.create_user(phone="+84912345678", full_name="Nguyễn Thị Lan")
    drawn: list[Correction] = []
    for station in stations:
        centre = station.part_of
        assert centre is not None
        desk = station if station.code in country.reviewers else centre
        statuses = chance.choices(OPEN, k=chance.randint(1, 3))
        drawn += [_case(desk, station, status, now, chance) for status in statuses]
        drawn.append(_case(station, station, Status.REFUSED, now, chance))
        drawn.append(_case(centre, station, Status.QUEUED, now, chance, on_appeal=True))
        drawn.append(
            _case(centre, station, Status.QUEUED, now, chance, triage_due_at=now, named_site=None)
        )
        drawn.append(_case(None, station, Status.RECEIVED, now, chance))
        if chance.random() < 0.3:
            department = country.by_code[centre.part_of.code] if centre.part_of else centre
            drawn.append(_case(department, station, Status.QUEUED, now, chance, on_appeal=True))
    for code in sorted(country.officers):
        if code.startswith("SYT-"):
            own = country.by_code[code]
            drawn.append(_case(own, own, Status.KEPT, now, chance))
            drawn.append(_case(own, own, Status.REFUSED, now, chance))
    _store(country, drawn, somebody, now)


def _case(
    holder: Organization | None,
    site: Organization,
    status: Status,
    now: datetime,
    chance: random.Random,
    **changed: object,
) -> Correction:
    received_at = now - timedelta(minutes=chance.randint(30, 6 * 24 * 60))
    case = Correction(
        kind=Kind.MISSING_DOSE,
        subject="missing:primary-2",
        named_site=site,
        status=status,
        holder=holder,
        received_at=received_at,
        due_at=received_at + REVIEW_TIME,
    )
    for name, value in changed.items():
        setattr(case, name, value)
    if status == Status.WAITING:
        case.paused_at, case.answer_by = now, now + timedelta(days=7)
    return case


def _store(country: Country, cases: list[Correction], filer: User, now: datetime) -> None:
    policy = policies.current()
    citizens = Citizen.objects.bulk_create(
        Citizen(
            full_name=f"Trần Thị Bích {number}",
            date_of_birth=date(1980, 5, 17),
            sex="female",
            area=(case.named_site or case.holder or country.by_code["SYT-01"]).area,
        )
        for number, case in enumerate(cases)
    )
    filings = Filing.objects.bulk_create(
        Filing(
            key=str(uuid.uuid4()),
            content_hash="0" * 64,
            filed_by=filer,
            citizen=citizen,
            channel="web",
            received_at=case.received_at,
        )
        for citizen, case in zip(citizens, cases, strict=True)
    )
    for case, citizen, filing in zip(cases, citizens, filings, strict=True):
        case.citizen, case.filing = citizen, filing
        code = case.holder.code if case.holder else ""
        worker = country.reviewers.get(code) or country.officers.get(code)
        worker = worker or country.officers["BYT"]
        if case.status == Status.IN_REVIEW:
            case.reviewer, case.picked_up_at = worker, now
        if case.status == Status.TO_COUNTERSIGN:
            case.first_by, case.pending = worker, {"verb": "accept", "values": {}}
        if case.status == Status.REFUSED:
            case.decided_by, case.decided_at = worker, case.received_at + timedelta(minutes=20)
            case.ground = Ground.PHOTO_BLURRED
    Correction.objects.bulk_create(cases)
    clocks = [_clock(case, policy, now) for case in cases]
    first = [_first_clock(case, policy) for case in cases if case.on_appeal]
    Clock.objects.bulk_create([*clocks, *first])
    Pause.objects.bulk_create(
        Pause(clock=one, since=now, ends_at=now + timedelta(days=7))
        for one in clocks
        if one.correction.paused_at
    )
    Breach.objects.bulk_create(
        Breach(
            correction=one.correction,
            clock=one,
            rung="due",
            at=one.due_at,
            holder=one.correction.holder,
            written_at=now,
        )
        for one in clocks
        if one.milestones_passed and one.correction.holder
    )
    Holding.objects.bulk_create(
        Holding(
            correction=case,
            organization=case.holder,
            since=case.received_at,
            until=case.decided_at,
            opens=True,
        )
        for case in cases
        if case.holder
    )
    country.cases = cases


def _clock(case: Correction, policy: object, now: datetime) -> Clock:
    is_late = case.due_at < now
    decided = case.decided_at
    return Clock(
        correction=case,
        kind=Clock.Kind.APPEAL if case.on_appeal else Clock.Kind.REVIEW,
        policy=policy,
        length=REVIEW_TIME,
        started_at=case.received_at,
        due_at=case.due_at,
        # Those that are late have had every milestone; the others wait for the next.
        milestones_passed=9 if is_late and not decided else 0,
        next_milestone_at=None if is_late or decided or case.paused_at else case.due_at,
        stopped_at=decided,
        stopped_how=Clock.Stop.DECIDED if decided else "",
        holder=case.holder if decided else None,
    )


def _first_clock(case: Correction, policy: object) -> Clock:
    """The review before the appeal: the named site had decided it."""
    return Clock(
        correction=case,
        kind=Clock.Kind.REVIEW,
        policy=policy,
        length=REVIEW_TIME,
        started_at=case.received_at - timedelta(hours=3),
        due_at=case.received_at + REVIEW_TIME,
        stopped_at=case.received_at - timedelta(hours=1),
        stopped_how=Clock.Stop.DECIDED,
        holder=case.named_site,
    )

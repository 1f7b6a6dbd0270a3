"""The rest of the country for the demo: its staff, and cases of two stations in every province.

Written with bulk inserts, in the state in which the actions and the sweep would have left them:
to run six hundred cases through the actions would make the start of the demo slow.
"""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import User, VerifiedIdentity
from citizens.models import Citizen
from corrections.clocks import milestones, policies
from corrections.clocks.milestones import LateClock, LevelsAboveCache
from corrections.lifecycle import Ground, Party, Status
from corrections.models import (
    Breach,
    Clock,
    Correction,
    CorrectionEvent,
    Filing,
    Holding,
    Kind,
)
from demo import entries, people
from doses.models import Dose, Vaccine
from messaging.models import Refusal
from organizations.models import Membership, Organization
from oversight import morning_report
from vaxreg import db_time

HOUR = timedelta(hours=1)
# Rows for one INSERT.
BATCH = 2_000
# Stations of Hà Nội whose story is that nobody works there.
UNATTENDED = ("Trạm Y tế Phường Tứ Liên",)
SINCE = timedelta(days=24)
# Cases per province in this period; the cities have more.
USUAL = range(5, 16)
CITIES = {"79": 80, "48": 22, "31": 20, "92": 18, "75": 24, "74": 30}
STATIONS = 2
# Mean hours to a decision, one value per province in turn; slow ones miss many deadlines.
PACES = (12, 18, 26, 34, 46, 60, 80)
WORDS = (
    "Sổ ghi thiếu mũi 2 của tôi.",
    "Tôi đã tiêm mũi 2 nhưng tra cứu không thấy.",
    "Giấy xác nhận có hai mũi, trên sổ chỉ có một.",
)


GIVEN_ON = date(2021, 11, 21)
REMARK = "Ảnh quá mờ, không đọc được. Vui lòng chụp lại tờ giấy."


@dataclass(frozen=True)
class CountryCase:
    """One case: where, when it was recorded, and when (or if) it was decided."""

    holder: Organization
    reviewer: User
    received_at: datetime
    decided_at: datetime | None
    is_refused: bool


def write_staff() -> None:
    """Appoint somebody at every organization where nobody works yet, but for UNATTENDED.

    Without them the pages of the country would show nothing but desks that nobody attends.
    """
    now = db_time.now()
    without = Organization.objects.open().exclude(
        pk__in=Organization.objects.able_to_receive().values("pk")
    )
    places = list(without.exclude(name__in=UNATTENDED, area__path__startswith="01/"))
    chance = random.Random(2)  # noqa: S311 — stories, not secrets
    users = User.objects.bulk_create(
        (
            User(
                email=f"{place.code.lower()}@{people.EXTRAS_DOMAIN}",
                full_name=people.name_of(chance),
                # These accounts are only shown in lists; nobody can sign in with them.
                password="!",  # noqa: S106
                last_login=now - timedelta(hours=place.pk % 60),
                # Set here, not by the database: Django can then send the rows as arrays.
                created_at=now - people.SINCE,
            )
            for place in places
        ),
        batch_size=BATCH,
    )
    VerifiedIdentity.objects.bulk_create(
        (
            VerifiedIdentity(
                user=user,
                full_name=user.full_name,
                id_number=f"002{user.pk:09}",
                date_of_birth=date(1975, 1, 1) + timedelta(days=user.pk % 7000),
                proven_by=VerifiedIdentity.Proof.APPOINTMENT,
                at=now - people.SINCE,
            )
            for user in users
        ),
        batch_size=BATCH,
    )
    memberships = Membership.objects.bulk_create(
        (
            Membership(user=user, organization=place, role=_role(place), since=now - people.SINCE)
            for place, user in zip(places, users, strict=True)
        ),
        batch_size=BATCH,
    )
    # Hundreds of e-mails each morning would bury the demo inbox.
    Refusal.objects.bulk_create(
        Refusal(user_id=one.user_id, purpose=morning_report.PURPOSE, since=now)
        for one in memberships
        if one.role == Membership.Role.OFFICER
    )


def _role(place: Organization) -> str:
    officers = (Organization.Kind.PROVINCIAL_DEPARTMENT, Organization.Kind.DISTRICT_CENTRE)
    return Membership.Role.OFFICER if place.kind in officers else Membership.Role.REVIEWER


def write_other_provinces() -> int:
    """Write cases of every province but Hà Nội; return their number. After `write_staff`."""
    now = db_time.now()
    chance = random.Random(63)  # noqa: S311 — stories, not secrets
    told = [one for desks in _desks() for one in _province(desks, now, chance)]
    told.sort(key=lambda one: one.received_at)
    _write(told, now)
    return len(told)


def _desks() -> Iterator[list[tuple[Organization, User]]]:
    """Yield for each province two of its stations, each with its reviewer."""
    departments = Organization.objects.open().filter(kind=Organization.Kind.PROVINCIAL_DEPARTMENT)
    for department in departments.exclude(area__code="01").order_by("code"):
        stations = Organization.objects.open().under(department)
        chosen = stations.filter(kind=Organization.Kind.COMMUNE_STATION).order_by("code")[:STATIONS]
        staff = Membership.objects.filter(organization__in=list(chosen)).select_related("user")
        users = {one.organization_id: one.user for one in staff}
        yield [(station, users[station.pk]) for station in chosen]


def _province(
    desks: list[tuple[Organization, User]], now: datetime, chance: random.Random
) -> Iterator[CountryCase]:
    number = CITIES.get(_province_code(desks), chance.choice(USUAL))
    pace = chance.choice(PACES)
    for _ in range(number):
        holder, reviewer = chance.choice(desks)
        # Most cases are recent, so that every desk has open ones.
        received_at = now - SINCE * chance.random() ** 2 - HOUR
        took = HOUR * min(chance.expovariate(1 / pace) + 0.3, 300)
        decided_at = received_at + took
        is_open = decided_at >= now or chance.random() < pace / 900
        yield CountryCase(
            holder, reviewer, received_at, None if is_open else decided_at, chance.random() < 0.5
        )


def _province_code(desks: list[tuple[Organization, User]]) -> str:
    area = desks[0][0].area
    return area.path.split("/", 1)[0] if area else ""


def _write(told: list[CountryCase], now: datetime) -> None:
    policy, review = policies.current(), timedelta(hours=policies.current().review_hours)
    users = User.objects.bulk_create(
        User(
            phone=f"+8497{number:07d}",
            full_name=people.name_of(random.Random(number)),  # noqa: S311
            password="!",  # noqa: S106
        )
        for number in range(len(told))
    )
    citizens = Citizen.objects.bulk_create(
        Citizen(
            full_name=user.full_name,
            date_of_birth=date(1950, 1, 1) + timedelta(days=user.pk * 37 % 20_000),
            sex="unknown",
            area=one.holder.area,
        )
        for one, user in zip(told, users, strict=True)
    )
    filings = Filing.objects.bulk_create(
        Filing(
            key=str(uuid.uuid4()),
            content_hash="",
            filed_by=user,
            citizen=citizen,
            channel="web",
            words=WORDS[user.pk % len(WORDS)],
            has_no_paper=True,
            received_at=one.received_at,
        )
        for one, user, citizen in zip(told, users, citizens, strict=True)
    )
    cases = [
        _case(one, filing, one.received_at + review)
        for one, filing in zip(told, filings, strict=True)
    ]
    _write_doses(told, cases)
    Correction.objects.bulk_create(cases)
    clocks = [
        Clock(
            correction=case,
            kind=Clock.Kind.REVIEW,
            policy=policy,
            length=review,
            started_at=one.received_at,
            due_at=case.due_at,
            stopped_at=one.decided_at,
            stopped_how=Clock.Stop.DECIDED if one.decided_at else "",
            holder=one.holder if one.decided_at else None,
        )
        for one, case in zip(told, cases, strict=True)
    ]
    _write_clocks(told, clocks, now)
    Holding.objects.bulk_create(
        Holding(
            correction=case,
            organization=one.holder,
            since=one.received_at,
            until=one.decided_at,
            opens=True,
        )
        for one, case in zip(told, cases, strict=True)
    )
    CorrectionEvent.objects.bulk_create(
        event for one, case in zip(told, cases, strict=True) for event in _events(one, case)
    )


def _case(one: CountryCase, filing: Filing, due_at: datetime) -> Correction:
    case = Correction(
        filing=filing,
        citizen=filing.citizen,
        kind=Kind.MISSING_DOSE,
        subject="missing:primary-2",
        proposed={"position": "primary-2", "given_on": GIVEN_ON.isoformat(), "vaccine": "PF"},
        named_site=one.holder,
        holder=one.holder,
        status=Status.QUEUED,
        routing_reason={
            "vi": f"Bạn cho biết mũi này được tiêm tại {one.holder.name}.",
            "en": f"You named {one.holder.name} as the place of this dose.",
        },
        received_at=one.received_at,
        due_at=due_at,
    )
    if one.decided_at is None:
        return case
    case.decided_at, case.decided_by = one.decided_at, one.reviewer
    if one.is_refused:
        case.status, case.ground, case.remark = Status.REFUSED, Ground.PHOTO_BLURRED, REMARK
        return case
    case.status, case.decided = Status.ACCEPTED, case.proposed
    return case


def _write_doses(told: list[CountryCase], cases: list[Correction]) -> None:
    """Write the missing dose of each accepted case."""
    vaccine = Vaccine.objects.get(code="PF").pk
    accepted = [
        (one, case, one.decided_at)
        for one, case in zip(told, cases, strict=True)
        if one.decided_at and not one.is_refused
    ]
    doses = entries.write(
        entries.Entry(
            citizen=case.citizen_id,
            vaccine=vaccine,
            given_on=GIVEN_ON,
            organization=one.holder.pk,
            ordinal=2,
            provenance=Dose.Provenance.CORRECTION,
            at=decided_at,
            by=one.reviewer.pk,
            by_organization=one.holder.pk,
            correction_reference=case.reference,
        )
        for one, case, decided_at in accepted
    )
    for (_one, case, _at), dose in zip(accepted, doses, strict=True):
        case.dose_id = dose


def _write_clocks(told: list[CountryCase], clocks: list[Clock], now: datetime) -> None:
    """Write clocks with the breaches that the sweep would have written, so that it adds none."""
    above = LevelsAboveCache()
    above.learn({one.holder.pk for one in told})
    behinds = [
        milestones.passed_by(LateClock.of(review), one.decided_at or now)
        for one, review in zip(told, clocks, strict=True)
    ]
    for one, review, behind in zip(told, clocks, behinds, strict=True):
        review.milestones_passed = behind.passed
        review.next_milestone_at = None if one.decided_at else behind.next_at
    Clock.objects.bulk_create(clocks)
    breaches, events = [], []
    for one, review, behind in zip(told, clocks, behinds, strict=True):
        for milestone, moment in behind.milestones:
            if not milestone.is_breach:
                continue
            told_to = above.of(one.holder.pk, milestone.tells)
            written_at = min(moment + timedelta(seconds=40), one.decided_at or now)
            breaches.append(
                Breach(
                    correction=review.correction,
                    clock=review,
                    rung=milestone.name,
                    at=moment,
                    holder=one.holder,
                    giver=one.holder,
                    escalated_to_id=told_to.organization,
                    written_at=written_at,
                )
            )
            events.append(
                CorrectionEvent(
                    correction=review.correction,
                    step="escalate",
                    from_status=Status.QUEUED,
                    to_status=Status.QUEUED,
                    party=Party.SYSTEM,
                    organization_id=told_to.organization,
                    at=written_at,
                    data={
                        "milestone": milestone.name,
                        **({"nobody_at": told_to.nobody_at} if told_to.nobody_at else {}),
                    },
                )
            )
    Breach.objects.bulk_create(breaches)
    CorrectionEvent.objects.bulk_create(events)


def _events(one: CountryCase, case: Correction) -> Iterator[CorrectionEvent]:
    yield CorrectionEvent(
        correction=case,
        step="file",
        to_status=Status.RECEIVED,
        party=Party.CITIZEN,
        by=case.filing.filed_by,
        at=one.received_at,
        remark=case.filing.words,
    )
    yield CorrectionEvent(
        correction=case,
        step="route",
        from_status=Status.RECEIVED,
        to_status=Status.QUEUED,
        party=Party.SYSTEM,
        organization=one.holder,
        at=one.received_at,
    )
    if one.decided_at:
        yield CorrectionEvent(
            correction=case,
            step="refuse" if one.is_refused else "accept",
            from_status=Status.QUEUED,
            to_status=case.status,
            party=Party.REVIEWER,
            by=one.reviewer,
            organization=one.holder,
            at=one.decided_at,
            remark=case.remark,
        )

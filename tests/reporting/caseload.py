"""Many cases at once, at random but always the same ones: for figures, lists and query counts."""

import random
import uuid
from datetime import date, datetime, timedelta

from citizens.models import Citizen
from corrections.clocks import policies
from corrections.lifecycle import Party, Status
from corrections.models import Breach, Clock, Correction, CorrectionEvent, Filing, Holding, Kind
from organizations.models import Organization
from tests.world import World
from vaxreg import db_time

REVIEW_TIME = timedelta(hours=48)
NAMES = ("Nguyễn Văn Hùng", "Trần Thị Bích Ngọc", "Lê Hoàng Phương Ưng", "Đặng Quốc Đạt")


def write_case(
    world: World,
    holder: Organization,
    received_at: datetime,
    *,
    decided_at: datetime | None = None,
    name: str = "Nguyễn Văn Hùng",
    **changed: object,
) -> Correction:
    """Write one routed case as it would stand, past the verbs: only the clock matters here."""
    case = _routed_case(world, holder, received_at, decided_at=decided_at, name=name, **changed)
    _write(world, [case])
    return case


def _routed_case(
    world: World,
    holder: Organization,
    received_at: datetime,
    *,
    decided_at: datetime | None,
    name: str,
    **changed: object,
) -> Correction:
    """Return a case with its citizen and its filing, none of them written yet."""
    citizen = Citizen(full_name=name, date_of_birth=date(1980, 5, 17), sex="male", area=holder.area)
    filing = Filing(
        key=str(uuid.uuid4()),
        content_hash="0" * 64,
        filed_by=world.user("binh"),
        citizen=citizen,
        channel="web",
        words="Tôi tiêm mũi 2 mà trên sổ không có.",
        received_at=received_at,
    )
    decided = decided_at is not None
    return Correction(
        **{
            "filing": filing,
            "citizen": citizen,
            "kind": Kind.MISSING_DOSE,
            "subject": "missing:primary-2",
            "proposed": {"position": "primary-2", "given_on": "2021-11-21", "vaccine": "PF"},
            "named_site": holder,
            "status": Status.ACCEPTED if decided else Status.QUEUED,
            "holder": holder,
            "routing_reason": {"vi": f"{holder.name} đã tiêm mũi này.", "en": "It gave this dose."},
            "received_at": received_at,
            "due_at": received_at + REVIEW_TIME,
            "decided_at": decided_at,
            "decided_by": world.user("minh") if decided else None,
            **changed,
        }
    )


def _write(world: World, cases: list[Correction]) -> None:
    """Write the cases with their clocks, breaches, holdings and first events, table by table."""
    Citizen.objects.bulk_create(case.citizen for case in cases)
    Filing.objects.bulk_create(case.filing for case in cases)
    Correction.objects.bulk_create(cases)
    policy = policies.current()
    reviews = Clock.objects.bulk_create(
        Clock(
            correction=case,
            kind=Clock.Kind.REVIEW,
            policy=policy,
            length=REVIEW_TIME,
            started_at=case.received_at,
            due_at=case.due_at,
            next_milestone_at=None if case.decided_at else case.received_at + REVIEW_TIME / 2,
            stopped_at=case.decided_at,
            stopped_how=Clock.Stop.DECIDED if case.decided_at else "",
            holder=case.holder if case.decided_at else None,
        )
        for case in cases
    )
    # The verbs write what the sweep has not got round to.
    Breach.objects.bulk_create(
        Breach(
            correction=review.correction,
            clock=review,
            rung="due",
            at=review.due_at,
            holder=review.correction.holder,
            written_at=review.stopped_at,
        )
        for review in reviews
        if review.stopped_at and review.stopped_at > review.due_at
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
    )
    CorrectionEvent.objects.bulk_create(
        CorrectionEvent(
            correction=case,
            step="file",
            to_status=Status.RECEIVED,
            party=Party.CITIZEN,
            by=world.user("binh"),
            at=case.received_at,
            remark=case.filing.words,
        )
        for case in cases
    )


def write_caseload(
    world: World, holders: list[Organization], count: int, seed: int = 9458, days: int = 10
) -> list[Correction]:
    """Write cases of the last days, open and decided, in time and late, mixed."""
    chance = random.Random(seed)
    now = db_time.now()
    cases = []
    for _number in range(count):
        received_at = now - timedelta(minutes=chance.randint(5, days * 24 * 60))
        decided_at = None
        if chance.random() < 0.5:
            decided_at = received_at + timedelta(minutes=chance.randint(10, 72 * 60))
            decided_at = decided_at if decided_at < now else None
        cases.append(
            _routed_case(
                world,
                chance.choice(holders),
                received_at,
                decided_at=decided_at,
                name=chance.choice(NAMES),
            )
        )
    _write(world, cases)
    return cases

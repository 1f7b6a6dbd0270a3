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
    citizen = Citizen.objects.create(
        full_name=name, date_of_birth=date(1980, 5, 17), sex="male", area=holder.area
    )
    filing = Filing.objects.create(
        key=str(uuid.uuid4()),
        content_hash="0" * 64,
        filed_by=world.user("binh"),
        citizen=citizen,
        channel="web",
        words="Tôi tiêm mũi 2 mà trên sổ không có.",
        received_at=received_at,
    )
    decided = decided_at is not None
    case = Correction.objects.create(
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
    is_late = decided_at is not None and decided_at > case.due_at
    review = Clock.objects.create(
        correction=case,
        kind=Clock.Kind.REVIEW,
        policy=policies.current(),
        length=REVIEW_TIME,
        started_at=received_at,
        due_at=case.due_at,
        next_milestone_at=None if decided else received_at + REVIEW_TIME / 2,
        stopped_at=decided_at,
        stopped_how=Clock.Stop.DECIDED if decided else "",
        holder=holder if decided else None,
    )
    if is_late:
        # The verbs write what the sweep has not got round to.
        Breach.objects.create(
            correction=case,
            clock=review,
            rung="due",
            at=case.due_at,
            holder=holder,
            written_at=decided_at,
        )
    Holding.objects.create(
        correction=case, organization=holder, since=received_at, until=decided_at, opens=True
    )
    CorrectionEvent.objects.create(
        correction=case,
        step="file",
        to_status=Status.RECEIVED,
        party=Party.CITIZEN,
        by=world.user("binh"),
        at=received_at,
        remark=filing.words,
    )
    return case


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
            write_case(
                world,
                chance.choice(holders),
                received_at,
                decided_at=decided_at,
                name=chance.choice(NAMES),
            )
        )
    return cases

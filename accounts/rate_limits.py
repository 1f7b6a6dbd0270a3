"""How often somebody tried something, counted exactly, in PostgreSQL.

A cache may forget, a session may be thrown away; these rows may not. Whoever asks first and acts
later takes an attempt with `take` *before* acting, and gives it back with `forgive` when it
turned out well. Subjects are stored as keyed hashes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.models import Attempt
from vaxreg import db_time
from vaxreg.encryption import ACCOUNTS

# (times, within): at most that many times in a sliding window of that length.
Limits = Sequence[tuple[int, timedelta]]

# One subject for what is counted all over the country.
EVERYBODY = "everybody"
# Attempts older than this count for nothing; no limit may look further back.
KEPT = timedelta(days=2)


@dataclass(frozen=True)
class LimitRule:
    """One counter with its limits."""

    purpose: str
    subject: str
    limits: Limits

    @property
    def subject_hash(self) -> str:
        """What stands in the database for the subject; under a new key counting begins anew."""
        return ACCOUNTS.digest("attempt", f"{self.purpose}:{self.subject}")

    @property
    def lock(self) -> int:
        """The key of the advisory lock that makes counting this subject exact."""
        return int(self.subject_hash[:16], 16) - 2**63


@dataclass(frozen=True)
class LimitVerdict:
    """Whether the attempt may be made; if not, which purpose refused it and until when."""

    allowed: bool
    refused_by: str = ""
    retry_at: datetime | None = None
    attempt_ids: tuple[int, ...] = ()


@transaction.atomic
def take(*rules: LimitRule) -> LimitVerdict:
    """Record one attempt under every rule, or under none when one of them refuses.

    Exact under races: each subject is locked until the transaction ends. Call it in a transaction
    that commits whatever comes of the attempt, or what was taken is given back by the rollback.
    """
    now = db_time.now()
    with connection.cursor() as cursor:
        # In one order for all, or two callers could wait for each other.
        for lock in sorted({rule.lock for rule in rules}):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
    refusals = [(at, rule.purpose) for rule in rules if (at := _free_again_at(rule, now))]
    if refusals:
        retry_at, refused_by = max(refusals)
        return LimitVerdict(allowed=False, refused_by=refused_by, retry_at=retry_at)
    rows = Attempt.objects.bulk_create(
        Attempt(purpose=rule.purpose, subject_hash=rule.subject_hash, at=now) for rule in rules
    )
    return LimitVerdict(allowed=True, attempt_ids=tuple(row.pk for row in rows))


def allow(purpose: str, subject: str, limits: Limits) -> LimitVerdict:
    """`take` for a single counter."""
    return take(LimitRule(purpose, subject, limits))


def count(purpose: str, subject: str, within: timedelta) -> int:
    """How often it was tried in the last `within`."""
    subject_hash = LimitRule(purpose, subject, ()).subject_hash
    since = db_time.now() - within
    return Attempt.objects.filter(purpose=purpose, subject_hash=subject_hash, at__gt=since).count()


def forgive(verdict: LimitVerdict) -> None:
    """Give back what `take` recorded: the attempt was a good one."""
    Attempt.objects.filter(pk__in=verdict.attempt_ids).delete()


def forget(purpose: str, subject: str) -> None:
    """Start this counter anew."""
    Attempt.objects.filter(
        purpose=purpose, subject_hash=LimitRule(purpose, subject, ()).subject_hash
    ).delete()


def purge() -> int:
    """Delete the attempts that no limit looks at any more; how many."""
    return Attempt.objects.filter(at__lt=db_time.now() - KEPT).delete()[0]


def _free_again_at(rule: LimitRule, now: datetime) -> datetime | None:
    """When the rule allows the next attempt, or None when it does now."""
    mine = Attempt.objects.filter(purpose=rule.purpose, subject_hash=rule.subject_hash)
    waits = []
    for times, within in rule.limits:
        # The attempt that must leave the window before another one fits in.
        at = (
            mine.filter(at__gt=now - within)
            .order_by("-at")
            .values_list("at", flat=True)[times - 1 : times]
            .first()
        )
        if at is not None:
            waits.append(at + within)
    return max(waits, default=None)

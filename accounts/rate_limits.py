"""Rate limits: how often somebody tried something, counted exactly in PostgreSQL.

A cache may lose entries and a session can be discarded; these rows are kept. Call `count_attempts` *before*
the attempt that is counted, and `undo` afterwards if it was successful. Subjects are stored as
keyed hashes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.models import Attempt
from vaxreg import db_time
from vaxreg.encryption import ACCOUNTS

# (count, period): at most that many attempts in a sliding window of that length.
Limits = Sequence[tuple[int, timedelta]]

# The subject of limits for the whole country.
EVERYBODY = "everybody"
# Attempts older than this are deleted; no limit may have a longer period.
KEPT = timedelta(days=2)


@dataclass(frozen=True)
class LimitRule:
    """One counter with its limits."""

    purpose: str
    subject: str
    limits: Limits

    @property
    def subject_hash(self) -> str:
        """The keyed hash stored for the subject; a new key resets all counters."""
        return ACCOUNTS.digest("attempt", f"{self.purpose}:{self.subject}")

    @property
    def lock(self) -> int:
        """The key of the advisory lock that makes counting this subject exact."""
        return int(self.subject_hash[:16], 16) - 2**63


@dataclass(frozen=True)
class LimitVerdict:
    """Whether the attempt is allowed; if not, which purpose refused it and until when."""

    allowed: bool
    refused_by: str = ""
    retry_at: datetime | None = None
    attempt_ids: tuple[int, ...] = ()


@transaction.atomic
def count_attempts(*rules: LimitRule) -> LimitVerdict:
    """Count one attempt under every rule, or under none if one of them refuses.

    Exact under concurrency: each subject is locked until the transaction ends. The caller's
    transaction must commit even if the attempt fails, because a rollback removes the count.
    """
    now = db_time.now()
    with connection.cursor() as cursor:
        # Lock in the same order everywhere, or two callers could deadlock.
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


def count_attempt(purpose: str, subject: str, limits: Limits) -> LimitVerdict:
    """Count one attempt under a single rule (see `count_attempts`)."""
    return count_attempts(LimitRule(purpose, subject, limits))


def count(purpose: str, subject: str, within: timedelta) -> int:
    """Return the number of attempts in the last `within`."""
    subject_hash = LimitRule(purpose, subject, ()).subject_hash
    since = db_time.now() - within
    return Attempt.objects.filter(purpose=purpose, subject_hash=subject_hash, at__gt=since).count()


def undo(verdict: LimitVerdict) -> None:
    """Delete what `count_attempts` counted: the attempt was successful."""
    Attempt.objects.filter(pk__in=verdict.attempt_ids).delete()


def reset(purpose: str, subject: str) -> None:
    """Reset this counter to 0."""
    Attempt.objects.filter(
        purpose=purpose, subject_hash=LimitRule(purpose, subject, ()).subject_hash
    ).delete()


def purge() -> int:
    """Delete attempts older than KEPT; return their number."""
    return Attempt.objects.filter(at__lt=db_time.now() - KEPT).delete()[0]


def _free_again_at(rule: LimitRule, now: datetime) -> datetime | None:
    """Return when the rule allows the next attempt; None if it allows one now."""
    mine = Attempt.objects.filter(purpose=rule.purpose, subject_hash=rule.subject_hash)
    waits = []
    for times, within in rule.limits:
        # The attempt that must leave the window before the next one is allowed.
        at = (
            mine.filter(at__gt=now - within)
            .order_by("-at")
            .values_list("at", flat=True)[times - 1 : times]
            .first()
        )
        if at is not None:
            waits.append(at + within)
    return max(waits, default=None)

"""The centre's signature: below what a site has stated, again before it expires, and by a new key."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from certificates.dcc import coding
from certificates.issuing import end_unsigned, statement_of
from certificates.keys.private import Signer, signer
from certificates.keys.trust import is_from_site
from certificates.models import Certificate, Countersignature, ResigningRun, Role, SigningKey
from vaxreg import db_time
from vaxreg.celery import hint

# Decision 5772/QĐ-BYT: the QR code ends twelve months after it was made.
VALID_FOR = timedelta(days=365)
# This long before its end a certificate gets another signature.
RENEWED_BEFORE = timedelta(days=30)
BATCH = 200
# Seconds of one task; the rest is found again a minute later.
AT_ONCE = 40.0


def countersign_waiting(now_is: Callable[[], datetime] = db_time.now) -> int:
    """Sign what sites have stated, the first statement first; return how many were signed.

    Raises NoKey when no key of the centre may sign; what waits goes on waiting.
    """
    done, ends = 0, now_is() + timedelta(seconds=AT_ONCE)
    while now_is() < ends:
        with transaction.atomic():
            waiting = list(
                Certificate.objects.filter(status=Certificate.Status.SIGNED)
                .select_related("site_key")
                .order_by("pk")
                .select_for_update(of=("self",), skip_locked=True)[:BATCH]
            )
            if not waiting:
                return done
            signed = _countersign(waiting, signer(Role.CENTRE))
            Certificate.objects.filter(pk__in=signed).update(status=Certificate.Status.CURRENT)
        done += len(signed)
    return done


def renew(most: int = 5_000) -> int:
    """Sign those again whose last signature expires soon; return how many."""
    now = db_time.now()
    by = signer(Role.CENTRE)
    if _expiry(by, now) <= now + RENEWED_BEFORE:
        # A key that ends soon would only give the same end again.
        return 0
    due = (
        Certificate.objects.filter(status=Certificate.Status.CURRENT)
        .annotate(ends=Max("countersignatures__expires_at"))
        .filter(ends__lt=now + RENEWED_BEFORE)
        .order_by("pk")
        .select_related("site_key")[:most]
    )
    done = 0
    for part in _parts(list(due)):
        with transaction.atomic():
            _countersign(_still_current(part), by)
        done += len(part)
    return done


def begin_resigning(key: SigningKey) -> ResigningRun:
    """Begin to sign everything that counts by this key; background work goes on with it."""
    run = ResigningRun.objects.create(
        key=key, total=Certificate.objects.filter(status=Certificate.Status.CURRENT).count()
    )
    hint("certificates.resign")
    return run


def go_on_resigning(now_is: Callable[[], datetime] = db_time.now) -> ResigningRun | None:
    """Go on with the oldest run that has not ended, for less than a minute; return it.

    Each part is one transaction with the run's own row: what was signed is passed, and the other way
    round. Raises NoKey when no key of the centre may sign.
    """
    run = ResigningRun.objects.filter(ended_at=None).order_by("pk").first()
    if run is None:
        return None
    by = signer(Role.CENTRE)
    ends = now_is() + timedelta(seconds=AT_ONCE)
    while run.ended_at is None and now_is() < ends:
        with transaction.atomic():
            run = ResigningRun.objects.select_for_update().get(pk=run.pk)
            if run.ended_at is not None:
                break
            part = list(
                Certificate.objects.filter(status=Certificate.Status.CURRENT, pk__gt=run.last)
                .select_related("site_key")
                .order_by("pk")
                .select_for_update(of=("self",))[:BATCH]
            )
            signed_by_it = set(
                Countersignature.objects.filter(certificate__in=part, key=by.row).values_list(
                    "certificate_id", flat=True
                )
            )
            _countersign(
                [one for one in part if one.pk not in signed_by_it or not is_from_site(one)], by
            )
            if part:
                run.passed += len(part)
                run.last = part[-1].pk
            else:
                run.ended_at = now_is()
            run.save(update_fields=["passed", "last", "ended_at"])
    if run.ended_at is None:
        hint("certificates.resign")
    return run


def _still_current(part: Iterable[Certificate]) -> list[Certificate]:
    rows = Certificate.objects.filter(
        pk__in=[one.pk for one in part], status=Certificate.Status.CURRENT
    )
    return list(rows.select_related("site_key").select_for_update(of=("self",)))


def _countersign(certificates: list[Certificate], by: Signer) -> list[int]:
    """Sign what sites have signed; return the ids. The others end, and are stated anew."""
    now = db_time.now().replace(microsecond=0)
    expires = _expiry(by, now)
    rows = []
    for one in certificates:
        if not is_from_site(one):
            end_unsigned(one)
            continue
        payload = coding.claims(statement_of(one), now, expires)
        rows.append(
            Countersignature(
                certificate=one,
                key=by.row,
                issued_at=now,
                expires_at=expires,
                cose=by.key.sign(payload),
            )
        )
    Countersignature.objects.bulk_create(rows)
    return [row.certificate_id for row in rows]


def _expiry(by: Signer, now: datetime) -> datetime:
    # A certificate must not outlive the key that signs it (hcert-spec, section 2.6.3).
    return min(now + VALID_FOR, by.row.not_after)


def _parts(rows: list[Certificate]) -> Iterable[list[Certificate]]:
    for at in range(0, len(rows), BATCH):
        yield rows[at : at + BATCH]

"""Writes the features of records: with each change of a citizen or a dose, and for what exists."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, prefetch_related_objects

from citizens.announcements import citizen_written, citizens_written
from citizens.models import Citizen
from doses.announcements import dose_written, doses_settled
from doses.models import Dose
from matching.features import COLUMNS, facts_of, features_of
from matching.models import MatchFeature, MatchPair
from vaxreg import db_time, encryption

BATCH = 2_000
# Of people whose doses were written, only those with another list of sites.
SITES = """
UPDATE matching_matchfeature feature SET sites = given.sites, written_at = %(now)s
  FROM (SELECT person.id, array_remove(
               array_agg(DISTINCT dose.organization_id ORDER BY dose.organization_id), NULL) AS sites
          FROM unnest(%(citizens)s::bigint[]) AS person (id)
          LEFT JOIN doses_dose dose ON dose.citizen_id = person.id AND dose.status = %(completed)s
         GROUP BY person.id) given
 WHERE feature.citizen_id = given.id AND feature.sites <> given.sites
"""


def listen() -> None:
    """Connect to the announcements of the apps below."""
    citizen_written.connect(_on_citizen, dispatch_uid="matching")
    citizens_written.connect(_on_citizens, dispatch_uid="matching")
    dose_written.connect(_on_dose, dispatch_uid="matching")
    doses_settled.connect(_on_doses, dispatch_uid="matching")
    encryption.RENEWALS["features for matching"] = refill


def write(citizens: Iterable[Citizen]) -> int:
    """Write the features of these records, new or again; return their number.

    `area` should have been selected with them.
    """
    rows = list(citizens)
    prefetch_related_objects(rows, "documents")
    sites: dict[int, set[int]] = {}
    # A dose given abroad has no site.
    given = Dose.objects.completed().filter(
        citizen__in=[one.pk for one in rows], organization__isnull=False
    )
    for citizen, site in given.order_by().values_list("citizen_id", "organization_id").distinct():
        sites.setdefault(citizen, set()).add(site)
    now = db_time.now()
    MatchFeature.objects.bulk_create(
        [_row(one, sorted(sites.get(one.pk, ())), now) for one in rows],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["citizen"],
        update_fields=["whole", *COLUMNS, "written_at"],
    )
    return len(rows)


def _row(citizen: Citizen, sites: list[int], now: Any) -> MatchFeature:
    made = features_of(facts_of(citizen, sites))
    return MatchFeature(
        citizen=citizen,
        whole=citizen.merged_into_id or citizen.pk,
        written_at=now,
        **{name: getattr(made, name) for name in COLUMNS},
    )


def fill(*, again: bool = False, after: int = 0) -> Iterable[tuple[int, int]]:
    """Write the features that are missing, or all; yield the last id and the number, by batches.

    Each batch is a transaction of its own: stopped, it goes on where it was. after: ids to leave out.
    """
    done = 0
    written = MatchFeature.objects.filter(citizen=OuterRef("pk"))
    while True:
        rows = Citizen.objects.filter(pk__gt=after).select_related("area").order_by("pk")
        if not again:
            rows = rows.filter(~Exists(written))
        batch = list(rows[:BATCH])
        if not batch:
            return
        done += write(batch)
        after = batch[-1].pk
        yield after, done


def refill() -> int:
    """Write all features again, under the newest key; return their number."""
    done = 0
    for _last, done in fill(again=True):  # noqa: B007 — the last number is the whole
        pass
    return done


def _on_citizen(*, citizen: Citizen, **_more: Any) -> None:
    write([citizen])
    now, before = [*citizen.revisions.order_by("-number")[:2], None, None][:2]
    if now is None or before is None or now.merged_into_id == before.merged_into_id:
        return
    # Merged by staff or an import: one person. Separated again: two.
    merged = now.merged_into_id is not None
    first, second = sorted((citizen.pk, now.merged_into_id or before.merged_into_id or 0))
    MatchPair.objects.filter(one=first, other=second).update(
        decision=MatchPair.Decision.MERGED if merged else MatchPair.Decision.NOT_THE_SAME,
        decided_by=now.by_id,
        decided_at=now.at,
    )


def _on_dose(*, dose: Dose, **_more: Any) -> None:
    write([dose.citizen])


def _on_citizens(*, citizens: list[Citizen], **_more: Any) -> None:
    write(citizens)


def _on_doses(*, citizens: set[int], **_more: Any) -> None:
    """Doses change nothing of the features but the sites."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "citizens": sorted(citizens),
            "completed": Dose.Status.COMPLETED.value,
            "now": db_time.now(),
        }
        cursor.execute(SITES, values)

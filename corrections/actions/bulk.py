"""Writes events, breaches and holders of many cases at once, with one statement per table.

After an outage there are 100,000 late clocks, a closing organization may hold 15,000 cases, an
officer reminds a whole district. The caller has locked the cases and has decided what is written:
clocks/milestones.py, routing/handover.py and oversight/bulk_remind.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from corrections.announcements import corrections_changed
from corrections.lifecycle import Party, Status
from corrections.models import Correction, CorrectionEvent, OutboxRow

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Organization

BREACHES = """
INSERT INTO corrections_breach
    (correction_id, clock_id, rung, at, holder_id, escalated_to_id, written_at, giver_id)
SELECT passed.correction_id, clock_id, rung, at, passed.holder_id, escalated_to_id, %s,
    coalesce(dose.organization_id, correction.named_site_id)
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[], %s::bigint[])
    WITH ORDINALITY
    passed (correction_id, clock_id, rung, at, holder_id, escalated_to_id, number)
JOIN corrections_correction correction ON correction.id = passed.correction_id
LEFT JOIN doses_dose dose ON dose.id = correction.dose_id
ORDER BY passed.number
"""
PASSED = """
WITH events AS (
    INSERT INTO corrections_correctionevent (correction_id, step, from_status, to_status, party,
        organization_id, at, remark, data)
    SELECT passed.correction, passed.step, passed.status, passed.status, %(party)s, passed.told,
        %(now)s, '', jsonb_strip_nulls(jsonb_build_object(
            'milestone', passed.milestone, 'nobody_at', nullif(passed.nobody_at, '')))
    FROM unnest(%(corrections)s::bigint[], %(steps)s::text[], %(statuses)s::text[],
        %(told)s::bigint[], %(milestones)s::text[], %(nobody)s::text[])
        passed (correction, step, status, told, milestone, nobody_at)
    RETURNING id, step, organization_id
)
INSERT INTO corrections_outboxrow
    (errand, event_id, bundle, created_at, not_before, tries, last_error)
SELECT %(errand)s, id, step || ':' || organization_id, %(now)s, %(now)s, 0, ''
FROM events WHERE organization_id IS NOT NULL ORDER BY id
"""
CLOCKS = """
UPDATE corrections_clock SET milestones_passed = seen.passed, next_milestone_at = seen.next_at
FROM unnest(%s::bigint[], %s::smallint[], %s::timestamptz[]) seen (id, passed, next_at)
WHERE corrections_clock.id = seen.id
"""
END_HOLDINGS = "UPDATE corrections_holding SET until = %(now)s WHERE until IS NULL AND correction_id = ANY(%(cases)s)"
# Runs before ARRIVE: it needs the status and holder from before the change.
GIVE_BACK = """
INSERT INTO corrections_correctionevent (correction_id, step, from_status, to_status, party,
    organization_id, at, remark, data)
SELECT id, 'give_back', status, %(queued)s, %(party)s, holder_id, %(now)s, '', '{}'
FROM corrections_correction WHERE id = ANY(%(cases)s) AND status = %(in_review)s ORDER BY id
"""
MOVE_CASES = """
WITH given AS (
    SELECT * FROM unnest(%(cases)s::bigint[], %(ways)s::int[]) one (id, way)
    JOIN unnest(%(numbers)s::int[], %(desks)s::bigint[], %(reasons)s::jsonb[], %(triage)s::timestamptz[])
        there (way, desk, reason, triage_due_at) USING (way)
), held AS (
    INSERT INTO corrections_holding (correction_id, organization_id, since)
    SELECT id, desk, %(now)s FROM given
)
UPDATE corrections_correction moved SET
    holder_id = given.desk,
    routing_reason = given.reason,
    triage_due_at = coalesce(moved.triage_due_at, given.triage_due_at),
    status = CASE moved.status WHEN %(in_review)s THEN %(queued)s ELSE moved.status END,
    reviewer_id = NULL,
    picked_up_at = NULL,
    version = moved.version + 1
FROM given WHERE moved.id = given.id
"""
# Only the first event for each organization has an errand: its staff get one message for all.
INSERT_INHERIT_EVENTS = """
WITH events AS (
    INSERT INTO corrections_correctionevent (correction_id, step, from_status, to_status, party,
        organization_id, at, remark, data)
    SELECT moved.id, 'inherit', moved.status, moved.status, %(party)s, moved.holder_id, %(now)s, '',
        jsonb_build_object('from', %(from)s::text, 'to', there.name, 'cases', there.cases,
            'closed', %(closed)s)
    FROM corrections_correction moved
    JOIN unnest(%(desks)s::bigint[], %(names)s::text[], %(counts)s::int[])
        there (desk, name, cases) ON there.desk = moved.holder_id
    WHERE moved.id = ANY(%(cases)s) ORDER BY moved.id
    RETURNING id, organization_id
)
INSERT INTO corrections_outboxrow
    (errand, event_id, bundle, created_at, not_before, tries, last_error)
SELECT %(errand)s, min(id), '', %(now)s, %(now)s, 0, '' FROM events
GROUP BY organization_id ORDER BY 2
RETURNING id
"""


# A breach: correction, clock, rung, at, holder, organization to which it is reported.
NewBreach = tuple[int, int, str, datetime, int | None, int | None]
# The event of a milestone: correction, step, status, organization that is told, milestone name,
# names of the organizations that were to be told, where nobody works.
NewEvent = tuple[int, str, str, int | None, str, str]
# A clock: number of milestones that are dealt with, moment of the next one.
ClockState = tuple[int, int, datetime | None]


def pass_milestones(
    breaches: Sequence[NewBreach],
    events: Sequence[NewEvent],
    clocks: Sequence[ClockState],
    now: datetime,
) -> None:
    """Insert breaches, events and their errands; update the milestone columns of the clocks."""
    with connection.cursor() as cursor:
        if breaches:
            cursor.execute(BREACHES, [now, *_columns(breaches)])
        if events:
            cases, steps, statuses, told, names, nobody = _columns(events)
            parameters: dict[str, Any] = {
                "now": now,
                "party": Party.SYSTEM,
                "errand": OutboxRow.Errand.TELL,
                "corrections": cases,
                "steps": steps,
                "statuses": statuses,
                "told": told,
                "milestones": names,
                "nobody": nobody,
            }
            cursor.execute(PASSED, parameters)
        if clocks:
            cursor.execute(CLOCKS, _columns(clocks))


@dataclass(frozen=True)
class Destination:
    """An organization that gets cases; reason: the routing reason per language, as JSON."""

    desk: "Organization"
    reason: str
    triage_due_at: datetime | None
    cases: Sequence[int]


def move_to_holders(
    destinations: Sequence[Destination], *, from_name: str, is_closed: bool, now: datetime
) -> list[int]:
    """Move cases to the organizations that hold them from now on.

    Returns the ids of the outbox rows, one for each organization.

    from_name: the organization that held them. is_closed: it has closed; False means that it has no
    reviewer left. Claims by colleagues are given back first. Runs 5 statements for any number of
    cases, and tells the apps above.
    """
    given = [(case, way) for way, there in enumerate(destinations) for case in there.cases]
    if not given:
        return []
    counts: dict[Organization, int] = {}
    for there in destinations:
        counts[there.desk] = counts.get(there.desk, 0) + len(there.cases)
    cases, ways = _columns(given)
    parameters: dict[str, Any] = {
        "now": now,
        "cases": cases,
        "ways": ways,
        "numbers": list(range(len(destinations))),
        "reasons": [there.reason for there in destinations],
        "triage": [there.triage_due_at for there in destinations],
        "queued": Status.QUEUED,
        "in_review": Status.IN_REVIEW,
        "party": Party.SYSTEM,
        "errand": OutboxRow.Errand.TELL,
        "from": from_name,
        "closed": is_closed,
    }
    to_each: dict[str, Any] = {
        "desks": [desk.pk for desk in counts],
        "names": [desk.name for desk in counts],
        "counts": list(counts.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(END_HOLDINGS, parameters)
        cursor.execute(GIVE_BACK, parameters)
        cursor.execute(
            MOVE_CASES, {**parameters, "desks": [there.desk.pk for there in destinations]}
        )
        cursor.execute(INSERT_INHERIT_EVENTS, {**parameters, **to_each})
        errands = [row[0] for row in cursor.fetchall()]
    corrections_changed.send(sender=Correction, corrections=cases)
    return errands


def remind(
    cases: Sequence[Correction],
    *,
    by: "User",
    on_behalf_of: Mapping[int, "Organization | None"],
    remark: str,
    bundle: str,
    now: datetime,
) -> None:
    """Insert a reminder for each case, with an errand; one message per holder.

    on_behalf_of: by id of the case, the organization for which the officer acts. bundle: a name
    for this press of the button, so that two presses make two messages.
    """
    Correction.objects.filter(pk__in=[case.pk for case in cases]).update(reminded_at=now)
    events = CorrectionEvent.objects.bulk_create(
        CorrectionEvent(
            correction=case,
            step="remind",
            from_status=case.status,
            to_status=case.status,
            party=Party.OVERSEER,
            by=by,
            organization=on_behalf_of[case.pk],
            holder=case.holder,
            at=now,
            remark=remark,
        )
        for case in cases
    )
    OutboxRow.objects.bulk_create(
        OutboxRow(
            event=event,
            errand=OutboxRow.Errand.TELL,
            bundle=f"remind:{event.correction.holder_id}:{bundle}",
            created_at=now,
            not_before=now,
        )
        for event in events
    )


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]

"""Finds alike cases: wrong facts of doses that one site gave on one day, with the same change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import ngettext

from corrections import facts
from corrections.lifecycle import OPEN, Status
from corrections.models import Correction, CorrectionQuerySet, Kind
from doses.facts import Field
from organizations.models import Organization
from vaxreg import ui

if TYPE_CHECKING:
    from accounts.models import User

# Fewer are decided as fast one by one. So many of the most urgent cases of a desk are looked at for
# the queue, and so many alike cases are on the pages of a group.
LEAST, LOOKED_AT, MOST = 3, 200, 200
MOST_GROUPS = 3
# As the partial index correction_queue says it.
OPEN_LIST = ", ".join(f"'{status.value}'" for status in sorted(OPEN))
# Alike are the proposed facts, the same facts on record, and site and day on record.
SAME = """{one}.proposed, {one}.recorded -> 'organization', {one}.recorded -> 'given_on',
       (SELECT jsonb_object_agg(name, {one}.recorded -> name)
          FROM jsonb_object_keys({one}.proposed) AS name)"""
TO_DECIDE = """{one}.kind = %(kind)s AND {one}.status = ANY(%(statuses)s) AND NOT {one}.on_appeal
       AND {one}.site_text = ''"""
# The open cases of each desk come from the index correction_queue, in its order.
GROUPS = f"""
SELECT (array_agg(found.reference ORDER BY found.due_at, found.id))[1], count(*)
  FROM unnest(%(desks)s::bigint[]) AS desk (id)
 CROSS JOIN LATERAL (
       SELECT * FROM corrections_correction open
        WHERE open.holder_id = desk.id AND open.status IN ({OPEN_LIST})
        ORDER BY open.due_at, open.id LIMIT %(looked_at)s) AS found
 WHERE {TO_DECIDE.format(one="found")}
 GROUP BY found.holder_id, {SAME.format(one="found")}
HAVING count(*) >= %(least)s
 ORDER BY count(*) DESC, min(found.due_at) LIMIT %(most)s
"""  # noqa: S608 — no values
ALIKE = f"""
SELECT other.id FROM corrections_correction asked
  JOIN corrections_correction other ON other.holder_id = asked.holder_id
 WHERE asked.id = %(case)s AND other.status IN ({OPEN_LIST}) AND {TO_DECIDE.format(one="other")}
       AND ({SAME.format(one="other")}) IS NOT DISTINCT FROM ({SAME.format(one="asked")})
 ORDER BY other.due_at, other.id LIMIT %(most)s
"""  # noqa: S608 — no values
VALUES: dict[str, Any] = {
    "kind": Kind.WRONG_FIELDS.value,
    "statuses": [Status.QUEUED.value, Status.IN_REVIEW.value],
}


@dataclass(frozen=True)
class Group:
    """Alike cases, named by the most urgent of them. label: how many, and what they want changed."""

    reference: str
    label: str


def groups_of(desks: Sequence[Organization]) -> list[Group]:
    """Return the largest groups among the most urgent cases of these desks; one query for none."""
    values = {**VALUES, "desks": [one.pk for one in desks], "looked_at": LOOKED_AT}
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, {**values, "least": LEAST, "most": MOST_GROUPS})
        found = cursor.fetchall()
    if not found:
        return []
    firsts = Correction.objects.filter(reference__in=[reference for reference, _count in found])
    cases = {case.reference: case for case in firsts}
    names = facts.names_in([side for case in cases.values() for side in _sides(case)])
    return [Group(reference, _label(cases[reference], count, names)) for reference, count in found]


def alike(case: Correction) -> list[int]:
    """Return the cases (ids) that are alike and can be decided now, the most urgent first."""
    with connection.cursor() as cursor:
        cursor.execute(ALIKE, {**VALUES, "case": case.pk, "most": MOST})
        return [pk for (pk,) in cursor.fetchall()]


def title_of(case: Correction) -> str:
    """Return what the cases of a group have in common, in one line."""
    return _title(case, facts.names_in(_sides(case)))


def within_reach(user: "User") -> CorrectionQuerySet:
    """Return the cases on the desks of the user."""
    cases: CorrectionQuerySet = Correction.objects.visible_to(user).on_desks_of(user)
    return cases


def _sides(case: Correction) -> list[dict[str, str]]:
    return [case.recorded, case.proposed]


def _label(case: Correction, count: int, names: dict[str, str]) -> str:
    words = ngettext("%(count)d alike: %(what)s", "%(count)d alike: %(what)s", count)
    return words % {"count": count, "what": _title(case, names)}


def _title(case: Correction, names: dict[str, str]) -> str:
    changes = [
        f"{_shown(case.recorded, name, names) or '–'} → {_shown(case.proposed, name, names)}"
        for name in case.proposed
    ]
    given = case.recorded.get(Field.GIVEN_ON)
    day = [ui.day(date.fromisoformat(given))] if given else []
    site = _shown(case.recorded, Field.ORGANIZATION, names)
    return " · ".join([*changes, *day, *([site] if site else [])])


def _shown(values: dict[str, str], name: str, names: dict[str, str]) -> str:
    # Two long names fit in no line: they are shown without what stands in brackets.
    return facts.show(name, str(values.get(name, "")), names).split(" (")[0]

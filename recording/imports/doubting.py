"""What is doubtful about the rows that are to be written, by the rules of `doses.plausibility`.

A row is held against the doses on record and the other rows of its person, wherever they stand in
the file: so this begins when all lines are staged, and goes from person to person.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper

from doses.later import as_array
from doses.models import Vaccine
from doses.plausibility.checks import MOST_KEPT, DoseLine, Kept, LotList, about_line
from doses.plausibility.rules import RuleBook
from doses.plausibility.warnings import DoseWarning
from organizations.models import Organization
from recording.imports.models import DoseImport
from vaxreg.typed.countries import VIET_NAM

CHUNK = 5_000
# Before every person: keys are hashes of 64 bits.
START = -(2**63)
# As PostgreSQL writes a row without doubts.
NONE = "[]"
ROWS = """
SELECT asked.id, coalesce(asked.citizen_id, asked.person_key) AS person, asked.vaccine_id,
       asked.given_on, asked.kind || '-' || asked.ordinal, asked.lot,
       CASE asked.verdict WHEN 'update' THEN asked.dose_id END,
       coalesce(known.date_of_birth, asked.date_of_birth), asked.doubts
  FROM recording_importedrow asked LEFT JOIN citizens_citizen known ON known.id = asked.citizen_id
 WHERE asked.dose_import_id = %(import)s AND asked.verdict IN ('new', 'update')
       AND asked.revision = 0 AND {people}
 ORDER BY coalesce(asked.citizen_id, asked.person_key), asked.line {limit}
"""
NEXT = "coalesce(asked.citizen_id, asked.person_key) > %(after)s"
SOME = "coalesce(asked.citizen_id, asked.person_key) = ANY(%(people)s)"
# OFFSET: look-ups person by person; the planner takes a person's doses for far too many.
ON_RECORD = """
SELECT part.whole, dose.*
  FROM (SELECT whole AS id, whole FROM unnest(%(people)s::bigint[]) whole
         UNION ALL
        SELECT id, merged_into_id FROM citizens_citizen
         WHERE merged_into_id = ANY(%(people)s::bigint[])) part
 CROSS JOIN LATERAL (
       SELECT id, vaccine_id, given_on, kind || '-' || ordinal, country FROM doses_dose
        WHERE citizen_id = part.id AND status = 'completed' OFFSET 0) dose
"""
WRITE = """
UPDATE recording_importedrow asked SET doubts = found.doubts
  FROM unnest(%(rows)s::bigint[], %(doubts)s::jsonb[]) AS found (id, doubts)
 WHERE asked.id = found.id
"""


class _Row(NamedTuple):
    """A row to be written. person: id of the record, or the key of somebody new; dose: updated."""

    pk: int
    person: int
    line: DoseLine
    lot: str
    dose: int | None
    born: date
    doubts: str


class Doubter:
    """Finds the doubts of one file; the rules and the site's lots are read once."""

    def __init__(self, organization: Organization) -> None:
        self._rules = RuleBook()
        self._lots = LotList(organization)
        self._vaccines: dict[int, Vaccine] = Vaccine.objects.in_bulk()
        self._kept = Kept()
        self._lines: dict[tuple[str, date, int, bool, bool], DoseLine] = {}

    def next_chunk(self, dose_import: DoseImport) -> int:
        """Judge the rows of the next people; return how many. To be called in a transaction.

        Changes done and judged_to of the import, which the caller has locked and saves.
        """
        values = {"import": dose_import.pk, "after": dose_import.judged_to}
        with connection.cursor() as cursor:
            rows = self._read(cursor, NEXT, values, f"LIMIT {CHUNK}")
            if not rows:
                return 0
            last = rows[-1].person
            if len(rows) == CHUNK:
                whole = self._read(cursor, SOME, {**values, "people": [last]})
                rows = [row for row in rows if row.person != last] + whole
            self._judge(cursor, rows)
        dose_import.done += len(rows)
        dose_import.judged_to = last
        return len(rows)

    def judge_people(self, dose_import: DoseImport, people: Iterable[int]) -> None:
        """Judge the rows of these people again: ids of records, or keys of those who are new."""
        values = {"import": dose_import.pk, "people": list(people)}
        with connection.cursor() as cursor:
            self._judge(cursor, self._read(cursor, SOME, values))

    def _read(
        self, cursor: CursorWrapper, people: str, values: Mapping[str, Any], limit: str = ""
    ) -> list[_Row]:
        cursor.execute(ROWS.format(people=people, limit=limit), values)
        return [
            _Row(
                pk,
                person,
                self._line(position, given_on, vaccine, is_recorded=False),
                lot,
                dose,
                born,
                doubts,
            )
            for pk, person, vaccine, given_on, position, lot, dose, born, doubts in cursor.fetchall()
        ]

    def _judge(self, cursor: CursorWrapper, rows: list[_Row]) -> None:
        on_record = self._on_record(cursor, {row.person for row in rows})
        changed: dict[int, str] = {}
        for person, group in groupby(rows, key=attrgetter("person")):
            of_person = list(group)
            updated = {row.dose for row in of_person}
            doses = on_record.get(person, {})
            kept = [line for dose, line in doses.items() if dose not in updated]
            for row in of_person:
                others = [*kept, *(other.line for other in of_person if other is not row)]
                doubts = [_as_json(one) for one in self._about(row, others)]
                if doubts != (json.loads(row.doubts) if row.doubts != NONE else []):
                    changed[row.pk] = json.dumps(doubts)
        if changed:
            cursor.execute(WRITE, {"rows": as_array(list(changed)), "doubts": [*changed.values()]})

    def _line(
        self,
        position: str,
        given_on: date,
        vaccine: int,
        *,
        is_recorded: bool = True,
        is_abroad: bool = False,
    ) -> DoseLine:
        """Return the line of a dose; of the same doses of many people the same object (`Kept`)."""
        key = position, given_on, vaccine, is_recorded, is_abroad
        line = self._lines.get(key)
        if line is None:
            if len(self._lines) >= MOST_KEPT:
                self._lines.clear()
            line = self._lines[key] = DoseLine(
                position, given_on, self._vaccines[vaccine], is_recorded, is_abroad
            )
        return line

    def _about(self, row: _Row, others: list[DoseLine]) -> list[DoseWarning]:
        found = about_line(row.line, others, row.born, self._rules, self._kept)
        if row.lot and row.line.vaccine and row.line.given_on:
            found += self._lots.about(row.lot, row.line.vaccine, row.line.given_on)
        return found

    def _on_record(self, cursor: CursorWrapper, people: set[int]) -> dict[int, dict[int, DoseLine]]:
        """Return the doses that count, by id, of each person on record."""
        cursor.execute(ON_RECORD, {"people": as_array(people)})
        found: dict[int, dict[int, DoseLine]] = {}
        for whole, dose, vaccine, given_on, position, country in cursor.fetchall():
            line = self._line(position, given_on, vaccine, is_abroad=country != VIET_NAM)
            found.setdefault(whole, {})[dose] = line
        return found


def _as_json(one: DoseWarning) -> dict[str, Any]:
    return {"code": one.code.value, "field": str(one.field), "values": one.values}

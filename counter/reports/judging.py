"""What becomes of a row: whose record it is about, which dose, and whether a case may be opened."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Count

from citizens.access import is_own_or_family
from citizens.models import Citizen
from corrections.actions import AlreadyOpen
from corrections.actions import filing as verb
from corrections.actions.filing import Claim
from corrections.models import Kind
from counter.reports.models import ReportFile, ReportRow
from counter.reports.reading import ReadReport
from doses.facts import known_day
from doses.models import Dose
from recording.imports import checking, matching
from recording.imports.reading.as_copy import copy_text

if TYPE_CHECKING:
    from accounts.models import User

Verdict = ReportRow.Verdict
Joined = ReportRow.Joined
PEOPLE = "SELECT line, verdict, joined, citizen_id, candidates FROM staged_dose"
# The first of several rows that report the same about one person becomes a case.
IN_FILE = """
WITH same AS (
    SELECT id, line, correction_id, first_value(line) OVER (
               PARTITION BY citizen_id, CASE WHEN citizen_id IS NULL THEN person_key END, subject
               ORDER BY correction_id IS NULL, line) AS first
      FROM counter_reportrow
     WHERE report_file_id = %(file)s AND subject <> ''
           AND verdict IN ('new', 'decide', 'filed', 'on_record')
)
UPDATE counter_reportrow judged
   SET verdict = 'error', findings = findings || ARRAY['line|duplicate|' || same.first]
  FROM same WHERE judged.id = same.id AND same.line <> same.first AND judged.correction_id IS NULL
"""


def rows_of(sent: ReportFile, read: list[ReadReport], *, by: "User") -> list[ReportRow]:
    """Return the rows of these lines, judged; not stored yet."""
    with connection.cursor() as cursor:
        checking.stage(cursor, copy_text(read))
        matching.match(cursor, joined=Joined.EXACT)
        found = _people(cursor)
    known = Citizen.objects.in_bulk({one for _v, _j, one, _c in found.values() if one})
    rows = []
    for one in read:
        row = _row(sent, one)
        verdict, joined, citizen, candidates = found[one.line]
        if verdict != Verdict.ERROR:
            row.candidates = candidates
            if citizen is None:
                row.verdict, row.subject = Verdict.DECIDE, _subject_without_person(row)
                row.findings.append(f"full_name|{'near' if candidates else 'nobody'}|")
            else:
                row.joined, row.citizen = joined, known[citizen].kept
                judge(row, by=by)
        rows.append(row)
    return rows


def _people(cursor: CursorWrapper) -> dict[int, tuple[str, str, int | None, list[int]]]:
    cursor.execute(PEOPLE)
    return {line: (verdict, *rest) for line, verdict, *rest in cursor.fetchall()}


def _row(sent: ReportFile, read: ReadReport) -> ReportRow:
    return ReportRow(
        report_file=sent,
        line=read.line,
        verdict=Verdict.ERROR if read.errors else Verdict.NEW,
        findings=read.errors + read.warnings,
        has_warning=bool(read.warnings),
        full_name=read.full_name,
        date_of_birth=read.born.first if read.born else None,
        birth_precision=str(read.born.precision) if read.born else "",
        sex=read.sex,
        number=read.number or None,
        phone=read.phone,
        channel=read.channel,
        told_at=read.told_at,
        kind=read.what,
        position=read.position,
        given_on=read.given_on,
        proposed=dict(read.proposed),
        site=read.site,
        site_text=read.site_text,
        words=read.words,
        person_key=read.person_key,
    )


def judge(row: ReportRow, *, by: "User") -> None:
    """Set the verdict of a row whose person is known; stores nothing."""
    if row.citizen is None:
        raise ValueError("nobody knows yet whose row it is")
    citizen = row.citizen.kept
    row.verdict = Verdict.NEW
    if is_own_or_family(by, citizen):
        row.joined, row.citizen = Joined.NO, None
        return _leave_out(row, "full_name|own|")
    if row.kind == Kind.WRONG_FIELDS and not _find_dose(row, citizen):
        return None
    claim = claim_of(row)
    row.subject = claim.subject
    try:
        verb.checked(claim, citizen)
    except AlreadyOpen as problem:
        row.verdict = Verdict.ON_RECORD
        row.findings.append(f"line|open|{problem.correction.reference}")
    except ValidationError:
        _leave_out(row, "right|same|" if row.kind != Kind.MISSING_DOSE else "line|refused|")
    except PermissionDenied:
        _leave_out(row, "line|refused|")
    else:
        _warn_of_dose(row, citizen)
    return None


def _find_dose(row: ReportRow, citizen: Citizen) -> bool:
    """Set the recorded dose that the row means; leave the row out if it is none, or not one."""
    doses = Dose.objects.of(citizen).completed()
    if row.position:
        kind, _dash, ordinal = row.position.rpartition("-")
        doses = doses.filter(kind=kind, ordinal=int(ordinal))
    if row.given_on:
        doses = doses.filter(given_on=row.given_on)
    found = list(doses.order_by("pk")[:2])
    if len(found) != 1:
        column = "position" if row.position else "given_on"
        _leave_out(row, f"{column}|{'several_doses' if found else 'no_dose'}|")
        return False
    row.dose = found[0]
    return True


def _warn_of_dose(row: ReportRow, citizen: Citizen) -> None:
    day = known_day(row.proposed) if row.kind == Kind.MISSING_DOSE else None
    if day and Dose.objects.of(citizen).completed().filter(given_on=day).exists():
        row.has_warning = True
        row.findings.append("given_on|stands|")


def _leave_out(row: ReportRow, finding: str) -> None:
    row.verdict = Verdict.ERROR
    row.findings.append(finding)


def claim_of(row: ReportRow) -> Claim:
    """Return what the row proposes, as the verb of filing takes it."""
    kind = Kind(row.kind)
    return Claim(
        dict(row.proposed),
        dose=row.dose if kind == Kind.WRONG_FIELDS else None,
        named_site=row.site if kind == Kind.MISSING_DOSE else None,
        site_text=row.site_text if kind != Kind.IDENTITY else "",
        kind=kind,
    )


def _subject_without_person(row: ReportRow) -> str:
    """Return what is disputed, unless it is a dose that only the record tells."""
    return "" if row.kind == Kind.WRONG_FIELDS else claim_of(row).subject


def judge_file(sent: ReportFile) -> None:
    """Leave out rows that report what another row of the file does."""
    with connection.cursor() as cursor:
        cursor.execute(IN_FILE, {"file": sent.pk})


def counts(sent: ReportFile) -> dict[str, int]:
    """Return the number of rows by verdict."""
    numbers = sent.rows.order_by().values_list("verdict").annotate(Count("pk"))
    return dict(numbers)

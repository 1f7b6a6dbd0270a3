"""Makes a case of one row, by the verb of the counter; or withdraws it again."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, IntegrityError, transaction

from citizens.access import is_own_or_family
from citizens.actions import IdNumberOnRecord, NameOnRecord, start_for_other
from citizens.models import Citizen, Sex
from corrections.actions import AlreadyOpen, filing
from corrections.actions.by_office import WorkBegun, take_back_filed
from corrections.actions.filing import OnBehalf, TooManyOpen
from corrections.models import FilingChannel
from counter.reports.judging import claim_of
from counter.reports.models import ReportFile, ReportRow
from vaxreg.typed.birth_dates import BirthDate

if TYPE_CHECKING:
    from accounts.models import User

Verdict = ReportRow.Verdict
# The person agreed when they wrote or called; nothing was read to them.
CONSENT = "report-1"
WRITTEN = ["verdict", "findings", "citizen", "correction"]


class NoLongerThere(Exception):
    """Who said that the rows are to be recorded, or withdrawn, does not work at the office now."""


def record_next(sent: ReportFile) -> int:
    """Make a case of the next row, or say why not; return how many rows were done. In a transaction.

    One row at a time: each locks its person, and no two files may wait for each other. Raises
    NoLongerThere.
    """
    row = _next(sent, Verdict.NEW)
    if row is None:
        return 0
    by = sent.applied_by
    if by is None:
        raise ValueError("nobody has said that the rows are to be recorded")
    try:
        with transaction.atomic():
            _file(sent, row, by=by)
    except AlreadyOpen as problem:
        row.verdict = Verdict.ON_RECORD
        row.findings.append(f"line|open|{problem.correction.reference}")
    except TooManyOpen:
        _leave_out(row, "line|too_many|")
    except (IdNumberOnRecord, NameOnRecord):
        _leave_out(row, "id_number|known_number|")
    except PermissionDenied:
        _require_family(row, by)
        _leave_out(row, "full_name|own|")
    except (ValidationError, IntegrityError, DataError):
        _leave_out(row, "line|refused|")
    row.save(update_fields=WRITTEN)
    return 1


def _file(sent: ReportFile, row: ReportRow, *, by: "User") -> None:
    citizen = row.citizen or _started(sent, row, by=by)
    if row.told_at is None:
        raise ValueError("a row that does not say when it was told is an error")
    filed = filing.file(
        by=by,
        citizen=citizen,
        key=f"report-{row.pk}",
        claims=[claim_of(row)],
        words=row.words,
        consent_version=CONSENT,
        on_behalf=OnBehalf(
            told_at=row.told_at,
            contact_phone=phone_of(row, citizen),
            channel=FilingChannel(row.channel),
            office=sent.organization,
            is_counted=False,
        ),
    )
    row.citizen, row.correction, row.verdict = citizen, filed.corrections.get(), Verdict.FILED


def _require_family(row: ReportRow, by: "User") -> None:
    """Raise NoLongerThere unless it is the person of the row that forbids it."""
    if row.citizen is None or not is_own_or_family(by, row.citizen.kept):
        raise NoLongerThere


def phone_of(row: ReportRow, citizen: Citizen) -> str:
    """Return where the person is answered: their phone, else the one on record; "" for a letter.

    Who wrote a letter without a phone number is answered by letter: the number on record may be old.
    """
    if row.phone or row.channel == FilingChannel.LETTER:
        return row.phone
    return citizen.kept.phone


def _started(sent: ReportFile, row: ReportRow, *, by: "User") -> Citizen:
    if row.date_of_birth is None:
        raise ValueError("a row without a date of birth is an error")
    return start_for_other(
        by=by,
        by_organization=sent.organization,
        full_name=row.full_name,
        date_of_birth=BirthDate(row.date_of_birth, row.birth_precision),
        sex=row.sex or Sex.UNKNOWN,
        id_number=row.number or "",
        phone=row.phone,
        is_somebody_else=True,
    )


def take_next_back(sent: ReportFile) -> int:
    """Withdraw the next case if nobody has begun to work on it; return how many were looked at.

    Call it in a transaction; changes last_line of the file, which the caller saves. Raises
    NoLongerThere.
    """
    row = _next(sent, Verdict.FILED, after=sent.last_line)
    if row is None:
        return 0
    by = sent.ended_by
    if by is None or row.correction is None:
        raise ValueError("nobody has said that the cases are to be withdrawn")
    sent.last_line = row.line
    try:
        take_back_filed(row.correction, by=by, why="", data={"file": str(sent.public_id)})
    except WorkBegun:
        row.findings.append("line|begun|")
    except PermissionDenied:
        _require_family(row, by)
        row.findings.append("full_name|own|")
    else:
        row.verdict = Verdict.WITHDRAWN
    row.save(update_fields=WRITTEN)
    return 1


def _next(sent: ReportFile, verdict: str, *, after: int = 0) -> ReportRow | None:
    rows = ReportRow.objects.filter(report_file=sent, verdict=verdict, line__gt=after)
    related = rows.select_related("citizen__merged_into", "dose__vaccine", "site", "correction")
    return related.order_by("line").first()


def _leave_out(row: ReportRow, finding: str) -> None:
    row.verdict = Verdict.ERROR
    row.findings.append(finding)

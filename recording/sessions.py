"""What the pages of sessions show: how many doses are entered, the last ones, what stays the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils import timezone

from citizens.models import Citizen
from citizens.visits import log_listed
from doses.facts import dose_title
from doses.models import Dose, ReceivedLot, VaccinationSession, Vaccine
from doses.plausibility.checks import recorded_lines
from organizations.models import Organization
from recording.access import sessions_of, sites_of
from recording.forms.doses import OTHER
from recording.positions import next_position
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

# Sessions and doses on one page.
MOST_SESSIONS = 60
MOST_DOSES = 12
Status = VaccinationSession.Status


@dataclass(frozen=True)
class ShownDose:
    """A dose with its title: Primary dose 1 · AstraZeneca."""

    dose: Dose
    title: str


@dataclass(frozen=True)
class SessionRow:
    """A session with how many of its doses are in the register."""

    session: VaccinationSession
    entered: int

    @property
    def missing(self) -> int:
        """Doses of the site's own count that nobody has entered; 0 before it was counted."""
        return max((self.session.given_doses or 0) - self.entered, 0)


def rows_of(user: "User") -> list[SessionRow]:
    """Return the sessions of the user's sites: those that are not over first, then the newest."""
    shown = list(
        sessions_of(user)
        .annotate(is_over_now=Q(closed_at__isnull=False))
        .order_by("is_over_now", "-on", "-pk")[:MOST_SESSIONS]
    )
    entered = entered_in(shown)
    return [SessionRow(session, entered.get(session.pk, 0)) for session in shown]


def entered_in(sessions: Iterable[VaccinationSession]) -> dict[int, int]:
    """Return how many doses that count stand in each session, by its id."""
    doses = Dose.objects.completed().filter(session__in=[one.pk for one in sessions])
    return dict(doses.values_list("session").annotate(number=Count("pk")))


def row_of(session: VaccinationSession) -> SessionRow:
    """Return one session with its number of doses."""
    return SessionRow(session, entered_in([session]).get(session.pk, 0))


def last_doses(session: VaccinationSession, *, by: "User") -> list[ShownDose]:
    """Return the doses entered last in this session, the newest first; who saw them is logged."""
    doses = Dose.objects.completed().filter(session=session)
    shown = _shown(doses.select_related("citizen", "vaccine").order_by("-pk")[:MOST_DOSES])
    log_listed(by, (one.dose.citizen_id for one in shown))
    return shown


def doses_on_record(citizen: Citizen) -> list[ShownDose]:
    """Return the doses that count of the whole record, the earliest first."""
    return _shown(Dose.objects.of(citizen).shown_to_citizen())


def _shown(doses: Iterable[Dose]) -> list[ShownDose]:
    return [ShownDose(dose, dose_title(dose)) for dose in doses]


def lots_of(sites: Iterable[Organization]) -> list[ReceivedLot]:
    """Return the lots on the lists of these sites, the newest first."""
    standing = ReceivedLot.objects.standing().filter(organization__in=list(sites))
    return list(standing.select_related("vaccine", "organization").order_by("-received_on", "-pk"))


def lots_for(session: VaccinationSession) -> list[ReceivedLot]:
    """Return the lots to choose from: those of the session, else all of its site."""
    chosen = list(session.lots.filter(withdrawn_at=None).select_related("vaccine").order_by("pk"))
    return chosen or lots_of([session.organization])


def lots_to_use(user: "User") -> list[ReceivedLot]:
    """Return the lots on the lists of the user's sites."""
    return lots_of(sites_of(user))


def first_values(
    session: VaccinationSession, citizen: Citizen, lots: Iterable[ReceivedLot], by: "User"
) -> dict[str, object]:
    """Return with what the form begins: vaccine, lot and vaccinator as in the dose before.

    The dose before is the last one that this user entered in the session; at first it is the
    session's only lot. The time is now, on the day of the session itself.
    """
    known = list(lots)
    before = _dose_before(session, by)
    vaccine: Vaccine | None = before.vaccine if before else (known[0].vaccine if known else None)
    values: dict[str, object] = {"given_by": before.given_by if before else ""}
    if before is not None:
        same = [one for one in known if (one.vaccine, one.number) == (before.vaccine, before.lot)]
        values |= {
            "supply": str(same[0].pk) if same else OTHER,
            "vaccine": before.vaccine.code,
            "lot": before.lot,
        }
    elif known:
        values["supply"] = str(known[0].pk)
    if vaccine is not None:
        lines = recorded_lines(citizen).values()
        values["position"] = next_position(vaccine, lines)
    now = timezone.localtime(db_time.now())
    if session.on == now.date():
        values["given_time"] = now.time().replace(second=0, microsecond=0)
    return values


def today() -> date:
    """Return the day in Viet Nam."""
    return timezone.localdate(db_time.now())


def _dose_before(session: VaccinationSession, by: "User") -> Dose | None:
    mine = Dose.objects.completed().filter(session=session, revisions__number=1, revisions__by=by)
    return mine.select_related("vaccine").order_by("-pk").first()

"""What may be wrong with a dose of a site: each fault once, for the sums and for the worklists."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import (
    BigIntegerField,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce, Greatest, TruncDate
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citizens.models import CitizenRevision, IdentityDocument
from doses.models import Dose, ReceivedLot, WarningLeft
from identity.models import PopulationAnswer
from identity.population.client import Outcome
from vaxreg.typed.countries import VIET_NAM

# The ministry asks for an entry on the day itself; a week tells a late one from back entry.
AT_ONCE, A_WEEK = timedelta(0), timedelta(days=7)
# The facts of a person that revisions show in plain; a number is compared by its document.
COMPARED = ("full_name", "date_of_birth", "birth_precision", "sex")


class Issue(StrEnum):
    """A fault of a dose, or of the identity of its person. The value is a column of SiteDay."""

    NO_NUMBER = "no_number"
    ODD_NUMBER = "odd_number"
    FAILED_CHECK = "failed_check"
    NO_LOT = "no_lot"
    UNKNOWN_LOT = "unknown_lot"
    NO_SESSION = "no_session"
    OTHER_DAY = "other_day"
    DOUBTFUL = "doubtful"


LABELS: dict[Issue, Promise] = {
    Issue.NO_NUMBER: _("No ID number"),
    Issue.ODD_NUMBER: _("ID number of another form"),
    Issue.FAILED_CHECK: _("Not confirmed by the population database"),
    Issue.NO_LOT: _("No lot number"),
    Issue.UNKNOWN_LOT: _("Lot that the site has not received"),
    Issue.NO_SESSION: _("In no session"),
    Issue.OTHER_DAY: _("Not on the day of its session"),
    Issue.DOUBTFUL: _("Doubts left standing"),
}
MEANINGS: dict[Issue, Promise] = {
    Issue.NO_NUMBER: _("The record of the person has no ID number at all."),
    Issue.ODD_NUMBER: _(
        "The person is Vietnamese and the number has neither 12 nor 9 digits: the population"
        " database cannot be asked about it."
    ),
    Issue.FAILED_CHECK: _(
        "The latest answer about the facts now on record was that some differ, or that there is no"
        " such number."
    ),
    Issue.NO_LOT: _("The lot number of the dose is empty."),
    Issue.UNKNOWN_LOT: _(
        "The lot is not on the site’s list of received lots of this vaccine. A site without any"
        " list has none of these."
    ),
    Issue.NO_SESSION: _("The dose belongs to no vaccination session of the site."),
    Issue.OTHER_DAY: _("The date given is not the day of the session that the dose belongs to."),
    Issue.DOUBTFUL: _(
        "Warnings were shown about the dose as it stands now, and it was stored all the same."
    ),
}
# Put right by what is known of the person; the others on the page of the dose.
OF_THE_PERSON = frozenset({Issue.NO_NUMBER, Issue.ODD_NUMBER, Issue.FAILED_CHECK})
LACKS = (Issue.NO_NUMBER, Issue.NO_LOT, Issue.NO_SESSION)
INVALID = (Issue.ODD_NUMBER, Issue.UNKNOWN_LOT, Issue.OTHER_DAY, Issue.DOUBTFUL)


def counted() -> "QuerySet[Dose]":
    """Return the doses that the sums count, with `person`: the id of the kept record."""
    doses = Dose.objects.completed().exclude(provenance=Dose.Provenance.SELF_DECLARED)
    return doses.filter(organization__isnull=False).alias(
        person=Coalesce("citizen__merged_into", "citizen", output_field=BigIntegerField())
    )


def conditions() -> Mapping[Issue, Q]:
    """Return the condition of each fault, for doses of `counted`."""
    lots = ReceivedLot.objects.standing().filter(organization=OuterRef("organization"))
    fitting = lots.filter(vaccine=OuterRef("vaccine"), number=OuterRef("lot"))
    part = Q(citizen__merged_into__isnull=False)
    left = WarningLeft.objects.filter(dose=OuterRef("pk"), revision=OuterRef("revision"))
    return {
        Issue.NO_NUMBER: Q(~part, citizen__id_number__isnull=True)
        | Q(part, citizen__merged_into__id_number__isnull=True),
        Issue.ODD_NUMBER: Q(
            Exists(
                IdentityDocument.objects.filter(
                    citizen=OuterRef("person"),
                    is_current=True,
                    kind=IdentityDocument.Kind.PASSPORT,
                    citizen__nationality=VIET_NAM,
                )
            )
        ),
        Issue.FAILED_CHECK: _answered(Outcome.MISMATCH, Outcome.NOT_FOUND),
        Issue.NO_LOT: Q(lot=""),
        Issue.UNKNOWN_LOT: Q(Exists(lots), ~Exists(fitting)) & ~Q(lot=""),
        Issue.NO_SESSION: Q(session=None),
        Issue.OTHER_DAY: Q(session__isnull=False) & ~Q(session__on=F("given_on")),
        Issue.DOUBTFUL: Q(Exists(left)),
    }


def verified() -> Q:
    """Return the condition of doses whose person the population database has confirmed."""
    return _answered(Outcome.MATCH)


def entered_within(days: timedelta) -> Q:
    """Return the condition of doses entered at most so many days after they were given."""
    entered = TruncDate("recorded_at", tzinfo=ZoneInfo(settings.TIME_ZONE))
    return Q(given_on__gte=ExpressionWrapper(entered - days, output_field=DateField()))


def any_of(found: Mapping[Issue, Q], issues: tuple[Issue, ...]) -> Q:
    """Return the condition of doses with at least one of these faults."""
    whole = Q()
    for issue in issues:
        whole |= found[issue]
    return whole


def _answered(*outcomes: Outcome) -> Q:
    """Return the condition that the newest answer about the person's facts on record is one of these.

    An answer about facts that have changed since says nothing; `FourFacts` knows the same by a
    keyed hash, which PostgreSQL cannot compute. Answers about a proposal are left out.
    """
    newer = PopulationAnswer.objects.filter(
        citizen=OuterRef("citizen"), correction_reference="", pk__gt=OuterRef("pk")
    )
    # Revision 1 has the facts as first recorded: it is written with the first change.
    then = CitizenRevision.objects.filter(
        citizen=OuterRef("citizen"), number=Greatest(OuterRef("revision"), Value(1))
    )
    as_now = then.filter(**{name: OuterRef(f"citizen__{name}") for name in COMPARED})
    newer_number = IdentityDocument.objects.filter(
        citizen=OuterRef("citizen"), is_current=True, added_at__gt=OuterRef("at")
    )
    said = PopulationAnswer.objects.filter(
        ~Exists(then) | Exists(as_now),
        ~Exists(newer),
        ~Exists(newer_number),
        citizen=OuterRef("person"),
        correction_reference="",
        outcome__in=outcomes,
    )
    return Q(Exists(said))

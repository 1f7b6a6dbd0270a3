"""The one rule by which a row of an import joins a record without a person who looks at it.

Same number, same day of birth, same name with all its marks; and the number was read off the card
or checked. In three trials with about 2.2 million made-up people and 16,404 pairs of twins it joined
nobody wrongly; by every weaker rule somebody was (docs/adr/0038). Nothing else joins by itself.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen
from matching.features import PersonFacts, features_of
from matching.models import MatchFeature
from vaxreg.typed.dates import Precision


class NumberProof(models.TextChoices):
    """How a number came into a row."""

    SCANNED = "scanned", _("read off the card by a scanner")
    CHECKED = "checked", _("checked against the population database")
    TYPED = "typed", _("typed by hand")


PROVEN = (NumberProof.SCANNED, NumberProof.CHECKED)


def record_to_join(facts: PersonFacts, *, proof: str) -> Citizen | None:
    """Return the kept record that a row with these facts joins, or None.

    proof: a value of NumberProof. None as well when two records fit, or the name has no marks: it
    may then be that of either twin.
    """
    if proof not in PROVEN or not facts.numbers:
        return None
    if facts.born is None or not facts.born.is_whole:
        return None
    made = features_of(facts, every_key=True)
    if made.is_bare:
        return None
    fitting = MatchFeature.objects.filter(
        keys__overlap=made.numbers,
        numbers__overlap=made.numbers,
        name_marked=made.name_marked,
        is_bare=False,
        born_digits=made.born_digits,
        birth_precision=Precision.DAY,
    )
    wholes = set(fitting.values_list("whole", flat=True)[:100])
    return Citizen.objects.get(pk=wholes.pop()) if len(wholes) == 1 else None

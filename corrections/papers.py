"""Which paper shows whether a proposal is right: the vaccination paper, or one of identity.

Facts about a dose stand on the vaccination paper, facts about a person on the identity card; a
child has a birth certificate (Law 26/2023/QH15: below 14 a card is issued only on request).
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.facts import IdentityField
from citizens.models import Citizen
from corrections.models import Correction, Kind
from corrections.models.case import IDENTITY_KINDS
from vaxreg.typed.dates import age_on

AGE_OF_THE_CARD = 14


class Paper(StrEnum):
    VACCINATION = "vaccination"
    IDENTITY_CARD = "identity_card"
    BIRTH_CERTIFICATE = "birth_certificate"


IDENTITY_PAPERS = frozenset({Paper.IDENTITY_CARD, Paper.BIRTH_CERTIFICATE})

# What the citizen is asked to photograph.
ASKED: dict[Paper, Promise] = {
    Paper.VACCINATION: gettext_lazy(
        "The vaccination paper: name, date, vaccine and stamp can be read."
    ),
    Paper.IDENTITY_CARD: gettext_lazy(
        "The identity card (căn cước), front and back, not the vaccination paper. An old identity"
        " card (CMND) or a passport is fine too."
    ),
    Paper.BIRTH_CERTIFICATE: gettext_lazy(
        "The birth certificate, not the vaccination paper. If the child has an identity card, its"
        " front and back are fine too."
    ),
}
NAMES: dict[Paper, Promise] = {
    Paper.VACCINATION: gettext_lazy("the vaccination paper, and the site’s own register"),
    Paper.IDENTITY_CARD: gettext_lazy("the identity card (căn cước, CMND) or the passport"),
    Paper.BIRTH_CERTIFICATE: gettext_lazy("the birth certificate, or the child’s identity card"),
}


def paper_for(kind: str, citizen: Citizen, today: date) -> Paper | None:
    """Return the paper that a proposal of this kind needs; None when no paper can show it."""
    if kind in IDENTITY_KINDS:
        born = citizen.kept.born.last
        is_child = age_on(born, today) < AGE_OF_THE_CARD
        return Paper.BIRTH_CERTIFICATE if is_child else Paper.IDENTITY_CARD
    return Paper.VACCINATION if kind in (Kind.WRONG_FIELDS, Kind.MISSING_DOSE) else None


def papers_for(kinds: Iterable[str], citizen: Citizen, today: date) -> list[Paper]:
    """Return the papers that the proposals of one filing need, in order, each once."""
    needed = [paper_for(kind, citizen, today) for kind in kinds]
    return [paper for paper in Paper if paper in needed]


def compare_with(case: Correction, today: date) -> str:
    """Return with what a reviewer compares this proposal; "" when there is nothing to compare.

    A phone number stands on no identity paper: it is called.
    """
    paper = paper_for(case.kind, case.citizen, today)
    if paper is None:
        return ""
    if case.kind == Kind.IDENTITY and set(case.proposed) == {IdentityField.PHONE}:
        return _("%(paper)s; then call the new number: a phone number stands on no paper") % {
            "paper": NAMES[paper]
        }
    return str(NAMES[paper])

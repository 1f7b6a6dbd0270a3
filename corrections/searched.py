"""What "cannot be confirmed" carries: where was searched, and the ready sentences for the citizen.

No database.
"""

from collections.abc import Iterable
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Searched(StrEnum):
    """A paper or list of the site in which the reviewer looked for what is proposed."""

    PAPER_REGISTER = "paper_register"
    SCREENING_FORMS = "screening_forms"
    SESSION_LIST = "session_list"
    LOT_LIST = "lot_list"


SEARCHED_LABELS: dict[Searched, Promise] = {
    Searched.PAPER_REGISTER: _("The paper register of the day"),
    Searched.SCREENING_FORMS: _("The screening forms"),
    Searched.SESSION_LIST: _("The session’s list on the vaccination platform"),
    Searched.LOT_LIST: _("The list of lots of the day"),
}


class About(StrEnum):
    """What was looked for; the ready sentence and what to do next depend on it."""

    MISSING_DOSE = "missing_dose"
    RECORDED_DOSE = "recorded_dose"
    PERSON = "person"


# The sentence for the citizen; the reviewer may edit it before it is sent.
CANNOT_CONFIRM_SENTENCES: dict[About, Promise] = {
    About.MISSING_DOSE: _(
        "We looked for this dose in the papers and lists that we have and did not find it. This "
        "does not say that it was not given: another site may have given it, or other papers may "
        "show it."
    ),
    About.RECORDED_DOSE: _(
        "We looked in the papers and lists that we have, and they do not show what the proposal "
        "says about this dose. The record stays as it is until other papers show it."
    ),
    About.PERSON: _(
        "We looked in the papers and lists that we have, and they do not show these personal "
        "details. The record stays as it is until an identity paper shows them."
    ),
}


def searched_labels(searched: Iterable[str], words: str = "") -> list[str]:
    """Return what was searched as text, in the order of the list, the reviewer's own words last."""
    ticked = set(searched)
    known = [str(label) for name, label in SEARCHED_LABELS.items() if name in ticked]
    return [*known, words] if words else known

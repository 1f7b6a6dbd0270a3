"""What the person reads when a site has changed a dose of theirs."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext as _

from citizens.link_messages import everybody, write
from corrections import facts as case_facts
from doses.facts import dose_title
from doses.models import Dose
from review.models import DoseChange
from vaxreg import ui
from vaxreg.addresses import absolute

CHANGED = "dose.changed"


def tell_of_change(dose: Dose, before: Mapping[str, str], row: DoseChange) -> None:
    """Tell the phones on the record and everybody who opens it; before: the facts as they were."""
    for to in everybody(dose.citizen, but=row.by):
        write(CHANGED, to, lambda: _words(dose, before, row), once=f"{dose.pk}:{dose.revision}")


def _words(dose: Dose, before: Mapping[str, str], row: DoseChange) -> str:
    values = {
        "site": row.organization.name,
        "dose": dose_title(dose),
        "day": ui.day(dose.given_on),
        "page": absolute(reverse("record-dose", args=[dose.public_id])),
        "hotline": ui.hotline().display,
    }
    if dose.status == Dose.Status.ENTERED_IN_ERROR:
        text = _(
            "So Tiem: %(site)s marked a dose on your record as entered in error: %(dose)s, %(day)s."
            " Not right? See why: %(page)s or call %(hotline)s."
        )
    else:
        values["what"] = ", ".join(_changes(before, row))
        text = _(
            "So Tiem: %(site)s put a dose on your record right: %(what)s. Not right? See why:"
            " %(page)s or call %(hotline)s."
        )
    return text % values


def _changes(before: Mapping[str, str], row: DoseChange) -> list[str]:
    names = case_facts.names_in([dict(before), row.changes])
    return [
        _("%(fact)s from %(before)s to %(now)s")
        % {
            "fact": str(case_facts.FIELD_LABELS[name]).lower(),
            "before": case_facts.show(name, before.get(name, ""), names) or "–",
            "now": case_facts.show(name, value, names) or "–",
        }
        for name, value in row.changes.items()
    ]

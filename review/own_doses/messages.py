"""What the person reads when a site has changed a dose of theirs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from citizens.link_messages import everybody, write
from corrections import facts as case_facts
from doses.facts import dose_title
from doses.models import Dose
from organizations.models import Organization
from vaxreg import ui
from vaxreg.addresses import absolute

if TYPE_CHECKING:
    from accounts.models import User

CHANGED = "dose.changed"


def tell_of_change(
    dose: Dose,
    before: Mapping[str, str],
    changes: Mapping[str, str],
    *,
    organization: Organization,
    by: "User",
    may_wait: bool = False,
    double_of: Dose | None = None,
) -> None:
    """Tell the phones on the record and everybody who opens it.

    before: the facts as they were; changes: those that are others now. may_wait: not at night.
    double_of: the dose that stays, where this one went because it says the same.
    """
    for to in everybody(dose.citizen, but=by):
        write(
            CHANGED,
            to,
            lambda: _words(dose, before, changes, organization, double_of),
            once=f"{dose.pk}:{dose.revision}",
            may_wait=may_wait,
        )


def _words(
    dose: Dose,
    before: Mapping[str, str],
    changes: Mapping[str, str],
    organization: Organization,
    double_of: Dose | None,
) -> str:
    values = {
        "site": organization.name,
        "dose": dose_title(dose),
        "day": ui.day(dose.given_on),
        "page": absolute(reverse("record-dose", args=[dose.public_id])),
        "hotline": ui.hotline().display,
    }
    if dose.status == Dose.Status.ENTERED_IN_ERROR and double_of is not None:
        values["kept"] = f"{dose_title(double_of)}, {ui.day(double_of.given_on)}"
        text = _(
            "So Tiem: %(site)s took a dose off a record that you follow, because the same dose stood on it"
            " twice: %(dose)s, %(day)s. This one stays: %(kept)s. Not right? Report it: %(page)s or call"
            " %(hotline)s."
        )
    elif dose.status == Dose.Status.ENTERED_IN_ERROR:
        text = _(
            "So Tiem: %(site)s marked a dose on a record that you follow as entered in error: %(dose)s, %(day)s."
            " Not right? See why: %(page)s or call %(hotline)s."
        )
    elif "status" in changes:
        text = _(
            "So Tiem: %(site)s put a dose back on a record that you follow: %(dose)s, %(day)s. Not right?"
            " See why: %(page)s or call %(hotline)s."
        )
    else:
        values["what"] = ", ".join(_changes(before, changes))
        text = _(
            "So Tiem: %(site)s put a dose on a record that you follow right: %(what)s. Not right? See why:"
            " %(page)s or call %(hotline)s."
        )
    return text % values


def _changes(before: Mapping[str, str], changes: Mapping[str, str]) -> list[str]:
    names = case_facts.names_in([dict(before), dict(changes)])
    return [
        _("%(fact)s from %(before)s to %(now)s")
        % {
            "fact": str(case_facts.FIELD_LABELS[name]).lower(),
            "before": case_facts.show(name, before.get(name, ""), names) or "–",
            "now": case_facts.show(name, value, names) or "–",
        }
        for name, value in changes.items()
    ]

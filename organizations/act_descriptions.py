"""Acts on the tree in words, as seen from one organization."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations.models import Act, Organization
from vaxreg import ui

DETAILS: dict[str, Promise] = {
    "name": gettext_lazy("Name"),
    "short_name": gettext_lazy("Short name"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "area": gettext_lazy("Area"),
}


@dataclass(frozen=True)
class ActInWords:
    """One act: what, who, when; changes are (label, before, after)."""

    title: str
    who: str
    at: datetime
    changes: list[tuple[str, str, str]]


def act_in_words(act: Act, here: Organization) -> ActInWords:
    """Return an act in the user's language; expects its organizations and `by` to be prefetched."""
    changes = [
        (str(DETAILS.get(name, name)), _shown(name, before), _shown(name, after))
        for name, (before, after) in act.changed.items()
    ]
    who = act.by.full_name if act.by else _("System")
    return ActInWords(_title(act, here), who, act.at, changes)


def _shown(name: str, value: str) -> str:
    """Mask a phone number: it is shown where a press leaves a row of who saw it."""
    return ui.masked_phone(value) if name == "phone" else value


def _title(act: Act, here: Organization) -> str:
    names = {
        "organization": act.organization.name,
        "from": act.came_from.name if act.came_from else "",
        "to": act.went_to.name if act.went_to else "",
    }
    if act.organization != here:
        if act.kind == Act.Kind.MOVED:
            if act.came_from == here:
                return _("%(organization)s went to %(to)s") % names
            return _("%(organization)s came here from %(from)s") % names
        return _("It took over from %(organization)s, which closed") % names
    if act.kind == Act.Kind.OPENED:
        return _("Opened as a part of %(to)s") % names
    if act.kind == Act.Kind.MOVED:
        return _("Moved from %(from)s to %(to)s") % names
    if act.kind == Act.Kind.MERGED:
        return _("Merged into %(to)s") % names
    if act.kind == Act.Kind.CLOSED:
        return _("Closed; %(to)s took over") % names if act.went_to else _("Closed, no successor")
    return _("Details changed")

"""What staff can file for somebody: each kind of claim by the key in its address, and its form."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from citizens import facts as identity_facts
from citizens.facts import IdentityField
from citizens.models import Citizen
from corrections.actions import AlreadyOpen
from corrections.actions.filing import TooManyFilings, TooManyOpen
from corrections.models import Correction, Kind
from corrections.models.case import DOSE_KINDS, IDENTITY_KINDS
from doses.facts import dose_title
from doses.models import Dose
from portal.forms.claims import FORMS, LEADS, TITLES, ClaimForm
from portal.forms.dose import DoseForm
from vaxreg import ui
from vaxreg.uuids import with_public_id

# What the verb of filing raises that whoever files can do something about.
REFUSALS = (AlreadyOpen, TooManyOpen, TooManyFilings, ValidationError)
# The kinds by their names in addresses.
NAMES = {"dose": Kind.WRONG_FIELDS, "missing": Kind.MISSING_DOSE} | {
    kind.value: kind for kind in Kind if kind not in (Kind.WRONG_FIELDS, Kind.MISSING_DOSE)
}


@dataclass(frozen=True)
class Target:
    """What is disputed: a recorded dose in one of several ways, a missing dose, or the person."""

    kind: Kind
    dose: Dose | None = None

    @property
    def key(self) -> str:
        """The part of the address, such as "missing" or "not_mine-<id of the dose>"."""
        name = next(name for name, kind in NAMES.items() if kind == self.kind)
        return f"{name}-{self.dose.public_id}" if self.dose else name

    @property
    def label(self) -> str:
        """What is wrong, in words."""
        return str(self.kind.label)

    @property
    def has_dose_form(self) -> bool:
        """Its form is that of the details of a dose."""
        return self.kind not in FORMS

    @property
    def title(self) -> str:
        """The title of the page that asks for the details."""
        if self.kind == Kind.WRONG_FIELDS:
            return _("What is right?")
        if self.kind == Kind.MISSING_DOSE:
            return _("The missing dose")
        return str(TITLES[self.kind]) if self.kind in IDENTITY_KINDS else self.label

    @property
    def lead(self) -> Promise | str:
        """The first sentence of that page."""
        return LEADS.get(self.kind, "")


@dataclass(frozen=True)
class Disputable:
    """A recorded dose, a missing one, or the person: what may be filed, or the case about it."""

    title: str
    targets: list[Target]
    dose: Dose | None = None
    case: Correction | None = None


def disputable(citizen: Citizen) -> list[Disputable]:
    """Return everything that can be filed about this record.

    An open case stands in place of what it is about: there is one at most about the same thing.
    """
    doses = list(Dose.objects.of(citizen).shown_to_citizen())
    cases = Correction.objects.of(citizen).open().order_by("pk")
    about = {case.dose_id or case.kind: case for case in cases}
    kinds = [kind for kind in DOSE_KINDS if kind != Kind.DUPLICATE or len(doses) > 1]
    recorded = [
        Disputable(
            dose_title(dose), [Target(kind, dose) for kind in kinds], dose, about.get(dose.pk)
        )
        for dose in doses
    ]
    missing = Disputable(_("A dose is missing"), [Target(Kind.MISSING_DOSE)])
    person = [
        Disputable(str(TITLES[kind]), [Target(kind)], case=about.get(kind.value))
        for kind in IDENTITY_KINDS
    ]
    return [*recorded, missing, *person]


def target_of(citizen: Citizen, key: str) -> Target | None:
    """Return what a key of an address means for this record; None when it means nothing."""
    name, _dash, public_id = key.partition("-")
    kind = NAMES.get(name)
    if kind is None or (kind in DOSE_KINDS) != bool(public_id):
        return None
    if not public_id:
        return Target(kind)
    dose = with_public_id(Dose.objects.of(citizen).shown_to_citizen(), public_id).first()
    return Target(kind, dose) if dose else None


def form_of(
    target: Target, citizen: Citizen, data: Any = None, **more: Any
) -> DoseForm | ClaimForm:
    """Return the form of a claim, as on the citizen's pages but with masked facts of the person."""
    if target.has_dose_form:
        return DoseForm(data, dose=target.dose, citizen=citizen, **more)
    form = FORMS[target.kind](data, kind=target.kind, dose=target.dose, citizen=citizen, **more)
    if target.kind == Kind.IDENTITY:
        recorded = identity_facts.facts_of(citizen)
        for name in IdentityField:
            shown = identity_facts.masked(name, recorded[name]) if recorded[name] else ""
            form.fields[name].current = shown or _("nothing")  # type: ignore[attr-defined]
    return form


def refusal_in_words(problem: Exception) -> list[str]:
    """Return why a filing for somebody was refused (one of REFUSALS), for whoever files."""
    if isinstance(problem, AlreadyOpen):
        words = {"reference": problem.correction.reference}
        return [_("%(reference)s about the same is open already.") % words]
    if isinstance(problem, TooManyOpen):
        return [_("This person has too many open at once. Wait for an answer first.")]
    if isinstance(problem, TooManyFilings):
        words = {"moment": ui.minute(problem.retry_at)}
        return [
            _(
                "You have filed as often as one person may. Ask a colleague, or try from %(moment)s on."
            )
            % words
        ]
    return list(problem.messages) if isinstance(problem, ValidationError) else []

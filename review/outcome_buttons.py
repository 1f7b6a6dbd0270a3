"""The buttons of a decision, with the key of each: one line at the foot of the case page."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from review.forms.decision import ACCEPT, CANNOT_CONFIRM, KEEP, OWN, REFUSE, DecisionForm

# Accept, Part, Refuse, Unknown to us, Keep: the same letters in both languages.
KEYS = {ACCEPT: "A", OWN: "P", REFUSE: "R", CANNOT_CONFIRM: "U", KEEP: "K"}
# By step of the life cycle; an appeal has steps of its own.
LABELS: dict[str, Promise] = {
    "accept": _("Accept, next case"),
    "accept_in_part": _("In part"),
    "refuse": pgettext_lazy("button", "Refuse"),
    "cannot_confirm": _("Cannot confirm"),
    "keep": pgettext_lazy("button", "Keep"),
    "overturn": _("Grant, next case"),
    "overturn_in_part": _("Grant in part"),
    "uphold": _("Refuse the appeal"),
}
WITH_OWN_VALUES = _("With my values")


@dataclass(frozen=True)
class OutcomeButton:
    """One outcome. is_accept: it needs nothing more, so it is sent at once."""

    value: str
    label: Promise
    key: str
    is_accept: bool
    is_chosen: bool


def outcome_buttons(form: DecisionForm) -> list[OutcomeButton]:
    """Return one button per outcome that the form offers, in its order."""
    chosen = form["outcome"].value()
    return [
        OutcomeButton(
            value=value,
            label=WITH_OWN_VALUES
            if value == OWN and form.is_missing_dose
            else LABELS[form.step_of[value]],
            key=KEYS[value],
            is_accept=value == ACCEPT,
            is_chosen=value == chosen and value != ACCEPT,
        )
        for value, _label in form.fields["outcome"].choices  # type: ignore[attr-defined]
    ]

"""Forms to change the rules or the calendar, for officers of the ministry."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corrections.clocks import working_days
from corrections.decisions.four_eyes import REASON_LABELS, SWITCHED, switched_on
from corrections.models import DayOff, Policy
from vaxreg import db_time, ui
from vaxreg.forms import DateField, Form, ModelForm

LONGEST_REASON = 500
# A day farther away in the past or future is probably a typing error.
FARTHEST = timedelta(days=500)
NUMBERS = (
    "review_hours",
    "appeal_hours",
    "statutory_working_days",
    "pause_cap_days",
    "triage_hours",
    "far_date_days",
    "second_look_percent",
)
# The same limits as the database constraint policy_numbers_make_sense.
BOUNDS = {
    "review_hours": (1, 720),
    "appeal_hours": (1, 720),
    "statutory_working_days": (1, 60),
    "pause_cap_days": (1, 60),
    "triage_hours": (1, 720),
    "far_date_days": (1, 364),
    "second_look_percent": (0, 100),
}


class RulesForm(ModelForm):
    """The next version of the rules; initial values are the numbers in force."""

    mark_optional = False

    four_eyes = forms.MultipleChoiceField(
        label=gettext_lazy("A second person confirms when"),
        choices=[(reason.value, REASON_LABELS[reason]) for reason in SWITCHED],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("For example the number of the dispatch. Everybody can read it."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write the reason: it stays on record for good.")},
    )
    instead_of = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    class Meta:
        model = Policy
        fields = [
            "review_hours",
            "appeal_hours",
            "statutory_working_days",
            "pause_cap_days",
            "triage_hours",
            "four_eyes",
            "far_date_days",
            "second_look_percent",
            "note",
        ]

    def __init__(self, *args: Any, in_force: Policy, **kwargs: Any) -> None:
        numbers = {name: getattr(in_force, name) for name in NUMBERS}
        kwargs["initial"] = {
            **numbers,
            "four_eyes": [reason.value for reason in switched_on(in_force.four_eyes)],
            "instead_of": in_force.version,
        }
        super().__init__(*args, **kwargs)
        self.in_force = in_force
        for name in NUMBERS:
            least, most = BOUNDS[name]
            self.fields[name] = forms.IntegerField(
                label=str(self.fields[name].label).capitalize(),
                min_value=least,
                max_value=most,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
                help_text=_("In force: %(number)s. From %(least)s to %(most)s.")
                % {
                    "number": ui.number(numbers[name]),
                    "least": ui.number(least),
                    "most": ui.number(most),
                },
                error_messages={
                    "required": _("Enter a number from %(least)s to %(most)s.")
                    % {"least": ui.number(least), "most": ui.number(most)},
                },
            )
        self.order_fields([*NUMBERS[:5], "four_eyes", *NUMBERS[5:], "note"])

    def clean(self) -> dict[str, Any]:
        """Refuse a version without changes."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not self.differences(cleaned):
            raise forms.ValidationError(
                _("Nothing differs from the rules in force. Change at least one of them.")
            )
        return cleaned

    @property
    def reason(self) -> str:
        """The typed reason."""
        return str(self.cleaned_data["note"])

    def differences(self, cleaned: dict[str, Any] | None = None) -> list[tuple[str, str, str]]:
        """Return (label, old, new) as text for each rule that changes."""
        cleaned = self.cleaned_data if cleaned is None else cleaned
        found = [
            (
                str(self.fields[name].label),
                ui.number(getattr(self.in_force, name)),
                ui.number(cleaned[name]),
            )
            for name in NUMBERS
            if cleaned[name] != getattr(self.in_force, name)
        ]
        old, new = self.in_force.four_eyes, cleaned["four_eyes"]
        if switched_on(old) != switched_on(new):
            found.append((str(self.fields["four_eyes"].label), in_words(old), in_words(new)))
        return found


def in_words(four_eyes: Collection[str]) -> str:
    """Return as text when a second person is needed."""
    named = [str(REASON_LABELS[reason]) for reason in switched_on(four_eyes)]
    return "; ".join(named) or _("never")


class DayForm(Form):
    """A day that is off, worked, or swapped for another one, against the official calendar."""

    mark_optional = False

    day = DateField(label=gettext_lazy("Day"))
    how = forms.ChoiceField(
        label=gettext_lazy("How it counts"),
        choices=[
            (
                "off",
                ui.choice(
                    gettext_lazy("A day off"), gettext_lazy("It does not count as a working day.")
                ),
            ),
            (
                "swapped",
                ui.choice(
                    gettext_lazy("A day off, swapped for another day"),
                    gettext_lazy("Another day is worked instead, for example a Saturday."),
                ),
            ),
            (
                "worked",
                ui.choice(
                    gettext_lazy("A working day"),
                    gettext_lazy("It is not off after all; a swap of it is undone."),
                ),
            ),
        ],
        widget=forms.RadioSelect,
    )
    instead = DateField(
        label=gettext_lazy("Day worked instead"),
        help_text=gettext_lazy("Only for a swap. For example: 22/08/2026"),
        required=False,
    )
    name = forms.CharField(
        label=gettext_lazy("What day it is, and who decreed it"),
        help_text=gettext_lazy(
            "For example: swapped for 2 September, notice 123/TB. Everybody can read it."
        ),
        max_length=120,
        error_messages={"required": gettext_lazy("Write the reason: it stays on record for good.")},
    )

    @property
    def reason(self) -> str:
        """The typed reason."""
        return str(self.cleaned_data["name"])

    @property
    def change(self) -> dict[str, Any]:
        """The change as `recompute.change_day` and `working_days.changed_days` take it."""
        return {
            "day": self.cleaned_data["day"],
            "is_working": self.cleaned_data["how"] == "worked",
            "swapped_with": self.cleaned_data.get("instead"),
        }

    def changed_days(self) -> dict[date, bool]:
        """Return {day: is it off} of every day that changes, in order."""
        return dict(sorted(working_days.changed_days(**self.change).items()))

    def differences(self) -> list[tuple[str, str, str]]:
        """Return each day, and how it counts before and after the change, as text."""
        words = [_("A working day"), _("A day off")]
        is_off = working_days.off_days()
        return [
            (ui.day(day), words[is_off(day)], words[becomes_off])
            for day, becomes_off in self.changed_days().items()
        ]

    def clean_day(self) -> date:
        """Refuse a day too far away, probably a wrong year."""
        return _near(self.cleaned_data["day"])

    def clean_instead(self) -> date | None:
        """Refuse the same for the day that is worked instead."""
        day = self.cleaned_data["instead"]
        return None if day is None else _near(day)

    def clean(self) -> dict[str, Any]:
        """Refuse what the calendar says already, and half a swap."""
        cleaned: dict[str, Any] = super().clean() or {}
        day, how, instead = (cleaned.get(name) for name in ("day", "how", "instead"))
        if not day or not how or "instead" in self.errors:
            return cleaned
        if how == "swapped":
            self._check_swap(day, instead)
        elif instead:
            self.add_error(
                "instead",
                _("Only a swap has a day worked instead. Choose the swap, or leave this empty."),
            )
        elif working_days.off_days()(day) == (how == "off"):
            self.add_error("day", _said_already(day, is_off=how == "off"))
        elif how == "worked" and _is_bare_weekend(day):
            self.add_error(
                "day",
                _(
                    "A Saturday or Sunday is worked instead of another day. Choose the swap: enter"
                    " the day that is off, and this day as the one worked instead."
                ),
            )
        return cleaned

    def _check_swap(self, day: date, instead: date | None) -> None:
        """Both halves are new, or were declared alone before; none is half of another swap."""
        if instead is None:
            self.add_error("instead", _("Enter the day that is worked instead."))
            return
        if instead == day:
            self.add_error("instead", _("A day cannot be worked instead of itself."))
            return
        is_off = working_days.off_days()
        alone = set(
            DayOff.objects.filter(day__in=[day, instead], swapped_with=None).values_list(
                "day", flat=True
            )
        )
        for name, one, becomes_off in (("day", day, True), ("instead", instead, False)):
            other = working_days.other_half(one)
            if other is not None:
                self.add_error(
                    name,
                    _("This day is swapped with %(day)s already. Undo that swap first.")
                    % {"day": ui.day(other)},
                )
            elif is_off(one) == becomes_off and one not in alone:
                self.add_error(name, _said_already(one, is_off=becomes_off))


def _near(day: date) -> date:
    if abs(day - timezone.localdate(db_time.now())) > FARTHEST:
        raise forms.ValidationError(_("This day is far from today. Please check the year."))
    return day


def _is_bare_weekend(day: date) -> bool:
    """Whether it is a Saturday or Sunday about which nothing was declared."""
    return day.weekday() >= working_days.SATURDAY and not (
        working_days.other_half(day) or DayOff.objects.filter(day=day).exists()
    )


def _said_already(day: date, *, is_off: bool) -> str:
    if not is_off:
        return _("This day is a working day already.")
    decreed = DayOff.objects.filter(day=day).first()
    if decreed is None:
        return _("This day is off already.")
    return _("This day is off already: %(name)s.") % {"name": decreed.name}

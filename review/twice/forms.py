"""Forms of a pair of doses: which one stays and why; why a dose counts again."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from vaxreg.forms import Form
from vaxreg.typed.invisible import clean_line

LONGEST = 500


class PairForm(Form):
    """What is decided about two doses; the name of the button says what.

    Only a double needs the dose that stays; only "not sure" needs no reason.
    """

    keep = forms.ChoiceField(
        label=gettext_lazy("If it is one dose: which one stays?"),
        widget=forms.RadioSelect,
        required=False,
    )
    takes_over = forms.BooleanField(
        label=gettext_lazy("Write what only the other one has to the dose that stays"),
        required=False,
        initial=True,
    )
    why = forms.CharField(
        label=gettext_lazy("Why?"),
        help_text=gettext_lazy("What you looked at: paper, register, a call. The person reads it."),
        max_length=LONGEST,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    mark_optional = False

    def __init__(
        self, *args: Any, choices: list[tuple[str, str]], seen: str, missing: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, initial={"seen": seen, "takes_over": True}, **kwargs)
        self.fields["keep"].choices = choices  # type: ignore[attr-defined]
        if missing:
            self.fields["takes_over"].help_text = missing
        else:
            del self.fields["takes_over"]

    def clean(self) -> dict[str, Any]:
        """Ask for what the pressed button needs."""
        data = super().clean() or self.cleaned_data
        if "double" in self.data and not data.get("keep") and "keep" not in self.errors:
            self.add_error("keep", gettext_lazy("Choose which dose stays."))
        has_reason = bool(clean_line(str(data.get("why") or "")))
        if "unsure" not in self.data and not has_reason and "why" not in self.errors:
            self.add_error("why", gettext_lazy("Say why: the person reads it."))
        return data


class AgainForm(Form):
    """Why a dose counts again."""

    why = forms.CharField(
        label=gettext_lazy("Why was it given after all?"),
        help_text=gettext_lazy("The person reads this"),
        max_length=LONGEST,
        error_messages={"required": gettext_lazy("Say why: the person reads it.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    prefix = "again"

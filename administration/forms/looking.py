"""Forms of supervisors about what somebody looked at, and of the ministry about the limits."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.looking.rules import NUMBERS
from citizens.models import LookingReview, LookingRule
from citizens.models.looking import LONGEST_REASON
from vaxreg import ui
from vaxreg.forms import Form, ModelForm

MOST = 1000
LONGEST_WAIT = 120


class ReviewForm(Form):
    """What a supervisor says; which button was pressed is the verdict."""

    note = forms.CharField(
        label=gettext_lazy("Note, or the question to them"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, verdict: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.verdict = verdict

    def clean_note(self) -> str:
        """Require words for a question: they are sent."""
        note = str(self.cleaned_data["note"]).strip()
        if self.verdict == LookingReview.Verdict.ASK and not note:
            raise forms.ValidationError(_("Write what you ask: it is sent by e-mail."))
        return note


class LiftForm(Form):
    """Why a stop is lifted."""

    reason = forms.CharField(
        label=gettext_lazy("Why you lift the stop"),
        help_text=gettext_lazy("The person reads it."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Write the reason: it stays on record for good.")},
    )


class LimitsForm(ModelForm):
    """The next version of the limits; initial values are those in force."""

    mark_optional = False
    note = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Write the reason: it stays on record for good.")},
    )
    instead_of = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    class Meta:
        model = LookingRule
        fields = [*NUMBERS, "note"]

    def __init__(self, *args: Any, in_force: LookingRule, **kwargs: Any) -> None:
        kwargs["initial"] = {
            **{name: getattr(in_force, name) for name in NUMBERS},
            "instead_of": in_force.version,
        }
        super().__init__(*args, **kwargs)
        for name in NUMBERS:
            most = LONGEST_WAIT if name == "wait_minutes" else MOST
            words = {"least": ui.number(1), "most": ui.number(most)}
            self.fields[name] = forms.IntegerField(
                label=str(self.fields[name].label).capitalize(),
                min_value=1,
                max_value=most,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
                error_messages={
                    "required": _("Enter a number from %(least)s to %(most)s.") % words
                },
            )
        self.order_fields([*NUMBERS, "note"])

"""The form with which a desk opens the phone numbers of a case: why it calls."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corrections.phone_calls import REASON_LABELS, CallReason
from review.forms.steps import LONGEST, DeskStepForm


class CallForm(DeskStepForm):
    """Each reason is a button of the page; words are needed for a reason that is none of them."""

    words = forms.CharField(
        label=gettext_lazy("In your own words, if none of these fits"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Why do you call?"),
        choices=[(one.value, label) for one, label in REASON_LABELS.items()],
        error_messages={"required": gettext_lazy("Choose why you call.")},
    )

    def clean(self) -> dict[str, Any]:
        """Require words for another reason."""
        data = super().clean() or self.cleaned_data
        if data.get("reason") == CallReason.OTHER and not data.get("words"):
            self.add_error("words", _("Write why you call."))
        return data

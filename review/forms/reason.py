"""The field for a reason that is stored with a case."""

from django import forms
from django.utils.translation import gettext_lazy

LONGEST_REASON = 500


class ReasonField(forms.CharField):
    """Why an officer acts; stored with the case for good."""

    widget = forms.Textarea(attrs={"rows": 3})
    default_error_messages = {
        "required": gettext_lazy("Write the reason: it stays with the case."),
    }

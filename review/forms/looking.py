"""Forms of a look outside of one's cases: why, and the opening of one record in an emergency."""

from typing import Any

from django import forms
from django.core.validators import MinLengthValidator
from django.utils.translation import gettext_lazy

from citizens.models.looking import LONGEST_REASON
from vaxreg.forms import Form

SHORTEST_REASON = 10


class ReasonField(forms.CharField):
    """A reason in a sentence, which stays on record for good."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=LONGEST_REASON,
            widget=forms.Textarea(attrs={"rows": 3}),
            validators=[
                MinLengthValidator(
                    SHORTEST_REASON, gettext_lazy("Write the reason in a few words more.")
                )
            ],
            error_messages={
                "required": gettext_lazy("Write the reason: it stays on record for good.")
            },
            **kwargs,
        )


class WhyForm(Form):
    """Why somebody wants to open people outside of their cases."""

    reason = ReasonField(
        label=gettext_lazy("Why do you look?"),
        help_text=gettext_lazy(
            "Your supervisor and the person read it. No numbers and no phone numbers, please."
        ),
    )
    people = forms.CharField(widget=forms.HiddenInput)
    next = forms.CharField(widget=forms.HiddenInput, required=False)


class BreakGlassForm(Form):
    """Whose record is opened in an emergency, and why; `people` names who was refused before."""

    mark_optional = False
    typed = forms.CharField(
        label=gettext_lazy("Whole ID number, or reference of a case"),
        help_text=gettext_lazy("As on the identity card, or as in VR-7K3M-9QXD"),
        max_length=40,
        error_messages={"required": gettext_lazy("Type the whole ID number or the reference.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = ReasonField(
        label=gettext_lazy("What has happened?"),
        help_text=gettext_lazy("The person and your supervisor are told at once, and read it."),
    )
    people = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, is_known: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_known:
            del self.fields["typed"]

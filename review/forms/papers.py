"""The form of a paper that somebody shows at the counter."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy

from citizens.models import IdentityCheck
from citizens.papers.forms import DocumentForm
from citizens.papers.proving import KIND_OF_PAPER


class PaperSeenForm(DocumentForm):
    """Whose record, which paper, and its number; `people` names a person chosen on another page."""

    typed = forms.CharField(
        label=gettext_lazy("ID number on the record, or reference of a case"),
        help_text=gettext_lazy("The whole number that the record has now."),
        max_length=40,
        error_messages={"required": gettext_lazy("Type the whole ID number or the reference.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    paper = forms.ChoiceField(
        label=gettext_lazy("Which paper did you see?"),
        choices=[
            ("", gettext_lazy("Choose")),
            *((one.value, one.label) for one in IdentityCheck.Paper if one in KIND_OF_PAPER),
        ],
    )
    people = forms.CharField(widget=forms.HiddenInput, required=False)
    field_order = ("typed", "paper", "number", "country", "valid_from", "valid_until")

    def __init__(self, *args: Any, is_known: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        number = cast(forms.CharField, self.fields["number"])
        number.label = gettext_lazy("Number of the paper")
        number.help_text = gettext_lazy("Old identity card (9 digits) or passport")
        if is_known:
            del self.fields["typed"]

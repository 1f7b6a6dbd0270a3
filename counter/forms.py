"""The form of a filing for somebody at the counter, besides what the claim asks."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.masking import mask_phone
from portal.forms.send import PhotoInput
from vaxreg.forms import Form, PhoneField

LONGEST = 1000


class ForPersonForm(Form):
    """The photos, the words, and where the answer goes: to a phone, or into a letter.

    phone_on_record (E.164): the answer goes there unless another number is typed or a letter asked
    for; shown masked. The view checks each photo.
    """

    photos = forms.FileField(
        label=gettext_lazy("Photos of the paper"),
        required=False,
        widget=PhotoInput(),
    )
    words = forms.CharField(
        label=gettext_lazy("What the person says"),
        required=False,
        max_length=LONGEST,
        help_text=gettext_lazy("For the site: where and when it was, who was there."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    contact_phone = PhoneField(
        label=gettext_lazy("Phone number to write to"),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    by_letter = forms.BooleanField(
        label=gettext_lazy("No phone: the answer is a letter that we print here"), required=False
    )
    agreed = forms.BooleanField(
        label=gettext_lazy("The person says that this is true, and agrees that it is checked"),
        error_messages={"required": gettext_lazy("Read it to the person, and tick if they agree.")},
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    mark_optional = False

    def __init__(self, *args: Any, phone_on_record: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phone_on_record = phone_on_record
        if phone_on_record:
            field = self.fields["contact_phone"]
            field.help_text = gettext_lazy("Leave it empty for the phone on record.")
            field.current = mask_phone(phone_on_record)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Put the number to write to into `contact_phone`; "" for a letter."""
        data = super().clean() or self.cleaned_data
        typed = data.get("contact_phone") or ""
        if data.get("by_letter"):
            if typed:
                raise ValidationError(
                    {"by_letter": _("Either a phone number or a letter: take one of them away.")}
                )
            data["contact_phone"] = ""
        elif "contact_phone" not in self.errors:
            data["contact_phone"] = typed or self.phone_on_record
            if not data["contact_phone"]:
                raise ValidationError(
                    {
                        "contact_phone": _(
                            "Enter a phone number, or tick that the answer is a letter."
                        )
                    }
                )
        return data

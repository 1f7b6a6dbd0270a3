"""The form of the page: a photo with a QR code, or the text of one, or a short code."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates.dcc.coding import PREFIX
from vaxreg.forms import Form
from vaxreg.photos import cleaning, codes

# Characters that the largest QR code holds (ISO/IEC 18004, version 40-L, alphanumeric).
LONGEST = 4296
LONGEST_CODE = 40


class CheckForm(Form):
    """What is to be checked. `is_code` says whether a short code was typed."""

    photo = forms.FileField(
        label=gettext_lazy("Photo of the QR code"),
        required=False,
        # Not `capture`: it would keep a phone from choosing a picture that was sent to it.
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf", "data-downscale": "1"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Short code, or the text of the QR code"),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    mark_optional = False

    def clean(self) -> dict[str, Any]:
        """Require one of the two; a photo counts before a text."""
        data = super().clean() or self.cleaned_data
        if not self.errors and not data.get("photo") and not data.get("text"):
            self.add_error(
                "text", _("Choose a photo of the QR code, or type the code below the QR code.")
            )
        return data

    @property
    def is_code(self) -> bool:
        """Whether a short code was typed: the text of a QR code is longer, or says what it is."""
        text = self.cleaned_data["text"]
        is_text = text.startswith(PREFIX) or len(text) > LONGEST_CODE or "://" in text
        return not self.cleaned_data["photo"] and not is_text

    def read_text(self) -> str:
        """Return the text of the QR code. Raises ValidationError when the photo shows none."""
        photo = self.cleaned_data["photo"]
        if not photo:
            # A text that came by mail or chat may be broken into lines.
            return "".join(self.cleaned_data["text"].splitlines())
        data = photo.read()
        cleaning.refuse_by_size(len(data))
        texts = [text for one in cleaning.clean(data) for text in codes.texts_of(one.whole)]
        if not texts:
            raise ValidationError(
                _(
                    "No QR code can be read on this photo. Hold the phone closer, flat and in good"
                    " light, so that the code fills half of the photo."
                )
            )
        return next((text for text in texts if text.startswith(PREFIX)), texts[0])

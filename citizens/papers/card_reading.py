"""Reads the QR code of an identity card: pasted, or from a photo. It fills forms and proves nothing."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vaxreg.forms import Form
from vaxreg.photos import cleaning, codes
from vaxreg.typed import chip_cards
from vaxreg.typed.chip_cards import ChipCard, NotAChipCard


class CardForm(Form):
    """The text of the code, or a photo on which it can be read; `card` is what it says."""

    card: ChipCard
    card_photo = forms.FileField(
        label=gettext_lazy("Photo of the QR code on the card"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    card_text = forms.CharField(
        label=gettext_lazy("Or the text of the code, from a scanner"),
        required=False,
        max_length=chip_cards.LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    mark_optional = False

    def clean(self) -> dict[str, Any]:
        """Read the card: a photo before a text. The message of an error stands at its field."""
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        photo = data.get("card_photo")
        where = "card_photo" if photo else "card_text"
        try:
            self.card = _on_photo(photo.read()) if photo else chip_cards.read(data["card_text"])
        except NotAChipCard as other:
            self.add_error(where, str(other))
        except ValidationError as wrong:
            self.add_error(where, wrong.messages)
        return data

    @property
    def facts(self) -> dict[str, str]:
        """What the card says, for the fields of the forms that ask for a person; no empty ones."""
        card = self.card
        facts = {
            "id_number": card.number,
            "old_id_number": card.old_number,
            "full_name": card.full_name,
            "date_of_birth": str(card.born or ""),
            "sex": card.sex,
        }
        return {name: value for name, value in facts.items() if value}


def read_card(request: HttpRequest) -> tuple[CardForm, dict[str, Any]]:
    """Read the card that was sent with a form; return its form and what is to stand in the fields.

    What the code says takes the place of what was typed; without a card the typed text stays.
    """
    form = CardForm(request.POST, request.FILES)
    said: dict[str, Any] = request.POST.dict()
    if form.is_valid():
        for remark in form.card.remarks:
            messages.info(request, remark)
        messages.success(request, _("The card was read. Compare what stands below with the card."))
        said |= form.facts
    return form, said


def _on_photo(data: bytes) -> ChipCard:
    """Read the card on a photo. Raises ValidationError, and NotAChipCard for another code."""
    cleaning.refuse_by_size(len(data))
    texts = [text for one in cleaning.clean(data) for text in codes.texts_of(one.whole)]
    if not texts:
        raise ValidationError(
            _(
                "No QR code can be read on this photo. Hold the phone closer, flat and in good light,"
                " so that the code fills half of the photo; or type the facts below."
            )
        )
    first: NotAChipCard | None = None
    for text in texts:
        try:
            return chip_cards.read(text)
        except NotAChipCard as other:
            first = first or other
    raise first or NotAChipCard

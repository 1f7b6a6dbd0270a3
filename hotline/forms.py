"""Forms of the hotline: search, the caller's answers, filing and steps for a caller."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.forms import AreaForm
from citizens.masking import mask_phone
from citizens.models import Sex
from hotline.models import BestTime
from hotline.search import FACT_LABELS, NEEDED, AskedFact
from vaxreg import db_time
from vaxreg.forms import BirthDateField, DateField, Form, IdNumberField, NameField, PhoneField

LONGEST = 1000
# An agent may enter a call until the end of the next day.
TOLD_WITHIN = timedelta(days=2)


FormT = TypeVar("FormT", bound=forms.BaseForm)


def focused(form: FormT) -> FormT:
    """Let the cursor stand in the first field of the page; of radio buttons none is marked."""
    first = form.visible_fields()[0].field.widget
    if not isinstance(first, forms.RadioSelect):
        first.attrs["autofocus"] = True
    return form


def _plain(**attrs: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", **attrs})


class SearchForm(Form):
    """One search field for reference, phone, ID number or name."""

    typed = forms.CharField(
        label=gettext_lazy("Reference, phone, end of the ID number, or name"),
        max_length=120,
        help_text=gettext_lazy(
            "VR-7K3M-9QXD · 0901 234 567 · the last 4 digits or more of the ID number · nguyen thi"
            " lan 1988 (diacritics are not needed; the year of birth helps)"
        ),
        error_messages={"required": gettext_lazy("Type what the caller says.")},
        widget=_plain(type="search"),
    )


class CallerForm(Form):
    """The caller's answers. No message says which of them was wrong."""

    date_of_birth = BirthDateField(label=FACT_LABELS[AskedFact.DATE_OF_BIRTH], required=False)
    id_number = IdNumberField(label=FACT_LABELS[AskedFact.ID_NUMBER], required=False)
    phone = PhoneField(
        label=FACT_LABELS[AskedFact.PHONE],
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    dose_date = DateField(label=FACT_LABELS[AskedFact.DOSE_DATE], required=False, past_only=True)
    dose_site = forms.CharField(
        label=FACT_LABELS[AskedFact.DOSE_SITE],
        required=False,
        max_length=120,
        help_text=gettext_lazy("For example: tram y te buoi. Diacritics are not needed."),
        widget=_plain(),
    )
    mark_optional = False

    @classmethod
    def not_enough(cls) -> Self:
        """Return an empty form with the error "not enough", which does not say what was wrong."""
        form = cls({})
        form.errors.clear()
        form.add_error(
            None,
            _("That is not enough: two answers must be right. It is not said which one was wrong."),
        )
        return form

    def clean(self) -> dict[str, Any]:
        """Require two answers; whether they are right is decided in search.check_caller."""
        data = super().clean() or self.cleaned_data
        if not self.errors and sum(bool(data.get(fact)) for fact in AskedFact) < NEEDED:
            raise ValidationError(_("Ask for two of these facts at least, and write the answers."))
        return data


class NewRecordForm(AreaForm):
    """The data of a caller who has no record, as they say it."""

    full_name = NameField(
        label=gettext_lazy("Full name"),
        help_text=gettext_lazy("As on the identity card, with diacritics"),
    )
    date_of_birth = BirthDateField(label=gettext_lazy("Date of birth"))
    sex = forms.ChoiceField(
        label=gettext_lazy("Sex"),
        choices=[(Sex.FEMALE.value, Sex.FEMALE.label), (Sex.MALE.value, Sex.MALE.label)],
        widget=forms.RadioSelect,
    )
    phone = PhoneField(
        label=gettext_lazy("Phone number to write to"),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    id_number = IdNumberField(
        label=gettext_lazy("ID number"),
        required=False,
        help_text=gettext_lazy("If the caller has it at hand"),
    )
    is_somebody_else = forms.BooleanField(
        label=gettext_lazy("The caller is another person of this name and date of birth"),
        required=False,
    )
    field_order = ("full_name", "date_of_birth", "sex", "phone", "id_number", "province")


class BehalfForm(Form):
    """Additional fields of a filing for a caller: when they told it, and the phone to answer to.

    phone_on_record (E.164): the answer goes there unless the caller names another phone. The agent
    reads it masked.
    """

    told_at = forms.CharField(
        label=gettext_lazy("When did the caller tell it?"),
        help_text=gettext_lazy("Time, and the day if it was not today: 14:30, or 14:30 21/11/2026"),
        widget=_plain(size="18"),
        error_messages={"required": gettext_lazy("Enter when the caller told it.")},
    )
    contact_phone = PhoneField(
        label=gettext_lazy("Phone number to write to"),
        help_text=gettext_lazy("The answer and the link for the photo are sent there."),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    words = forms.CharField(
        label=gettext_lazy("What the caller says"),
        required=False,
        max_length=LONGEST,
        help_text=gettext_lazy("For the site: where and when it was, who was there."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    agreed = forms.BooleanField(
        label=gettext_lazy("The caller says that this is true, and agrees that it is checked"),
        error_messages={"required": gettext_lazy("Read it to the caller, and tick if they agree.")},
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, phone_on_record: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phone_on_record = phone_on_record
        if phone_on_record:
            field = self.fields["contact_phone"]
            field.required = False
            field.help_text = gettext_lazy(
                "The answer and the link for the photo are sent there. Leave it empty for the phone on record."
            )
            field.current = mask_phone(phone_on_record)  # type: ignore[attr-defined]

    def clean_contact_phone(self) -> str:
        """Return the phone that was typed, else the one on record."""
        return str(self.cleaned_data["contact_phone"] or self.phone_on_record)

    def clean_told_at(self) -> datetime:
        """Accept a time of today or yesterday, not in the future."""
        told = self._moment(str(self.cleaned_data["told_at"]))
        now = db_time.now()
        if told > now + timedelta(minutes=1):
            raise ValidationError(_("This time is still to come. Please check it."))
        if now - told > TOLD_WITHIN:
            raise ValidationError(_("That is more than two days ago. Please check it."))
        return told

    def _moment(self, text: str) -> datetime:
        time, _space, day = text.strip().partition(" ")
        today = timezone.localdate(db_time.now())
        try:
            at = datetime.strptime(time.replace("h", ":"), "%H:%M").time()  # noqa: DTZ007
        except ValueError:
            raise ValidationError(
                _("Enter the time as hours:minutes, for example 14:30.")
            ) from None
        on = cast("Any", DateField(required=False).clean(day)) or today
        return timezone.make_aware(datetime.combine(on, at))


class SaidForm(Form):
    """What the caller says, or why the agent acts; stored with the case."""

    words = forms.CharField(
        label=gettext_lazy("In the caller’s words"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, label: Any, required: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label = label
        self.fields["words"].required = required


class CallbackForm(Form):
    """Which number to call back, and at which time of day.

    phone_on_record (E.164): taken during a call when no other number is typed; shown masked.
    """

    phone = PhoneField(label=gettext_lazy("Phone number to call"))
    best_time = forms.ChoiceField(
        label=gettext_lazy("When is it best?"),
        choices=BestTime.choices,
        initial=BestTime.ANY.value,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, phone_on_record: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phone_on_record = phone_on_record
        if phone_on_record:
            self.fields["phone"].required = False
            self.fields["phone"].current = mask_phone(phone_on_record)  # type: ignore[attr-defined]
            self.fields["phone"].widget.attrs["autocomplete"] = "off"

    def clean_phone(self) -> str:
        """Return the number that was typed, else the one on record."""
        return str(self.cleaned_data["phone"] or self.phone_on_record)


class SpokenCodeForm(Form):
    """The number with which the caller wants to sign in, of those that the record knows, masked."""

    def __init__(self, *args: Any, masked: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"] = forms.ChoiceField(
            label=_("With which number does the caller want to sign in?"),
            choices=[(one, one) for one in masked],
            initial=masked[0] if len(masked) == 1 else None,
            widget=forms.RadioSelect,
            error_messages={"required": _("Choose the number that the caller says.")},
        )

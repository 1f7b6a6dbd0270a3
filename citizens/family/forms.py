"""Forms of families: ask a relative, type the code, agree until a day."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.family import consent
from citizens.models import IdentityCheck
from vaxreg import db_time, ui
from vaxreg.forms import BirthDateField, CodeField, DateField, Form, NameField, PhoneField


def checked_last_day(day: date | None) -> date | None:
    """Return the last day of an agreement. Raises ValidationError for one past or too far away."""
    if day is None:
        return None
    if day <= timezone.localdate(db_time.now()):
        raise ValidationError(_("Choose a day after today."))
    if day > consent.latest_day():
        raise ValidationError(
            _("A year at most: %(last)s or earlier. It can be renewed.")
            % {"last": ui.day(consent.latest_day())}
        )
    return day


class LastDayMixin(forms.BaseForm):
    """A form with the field `last_day`."""

    def clean_last_day(self) -> date | None:
        return checked_last_day(self.cleaned_data["last_day"])


def last_day_field() -> DateField:
    return DateField(
        label=gettext_lazy("Until which day?"),
        required=False,
        help_text=gettext_lazy("Leave it empty for one year. Both of you can end it at any time."),
    )


class AskForm(LastDayMixin, Form):
    """Which adult is asked, and until when."""

    full_name = NameField(
        label=gettext_lazy("Full name of your relative"),
        help_text=gettext_lazy("As on the identity card, with diacritics"),
    )
    date_of_birth = BirthDateField(label=gettext_lazy("Date of birth"))
    phone = PhoneField(
        label=gettext_lazy("Phone number on their record"),
        required=False,
        help_text=gettext_lazy(
            "The code goes to this number. Leave it empty if they have no phone: then health staff"
            " record the agreement."
        ),
    )
    last_day = last_day_field()


class ConsentCodeForm(Form):
    """The code that the adult was sent and has passed on."""

    code = CodeField(label=gettext_lazy("The code that your relative received"))


class AgreeForm(LastDayMixin, Form):
    """Until which day one agrees."""

    last_day = last_day_field()


class PaperForm(Form):
    """Which paper of the adult staff saw at the counter."""

    paper = forms.ChoiceField(
        label=gettext_lazy("Which paper of this person did you see?"),
        choices=[("", gettext_lazy("Choose")), *IdentityCheck.Paper.choices],
    )

"""Base classes of all forms: error messages in plain words, and fields for dates, phones, IDs."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vaxreg import ui
from vaxreg.id_numbers import is_id_number
from vaxreg.typed import dates
from vaxreg.typed.birth_dates import BirthDate
from vaxreg.typed.dates import EARLIEST, PartialDate, Precision
from vaxreg.typed.invisible import clean_line, clean_values
from vaxreg.typed.names import LONGEST_NAME, checked_name, clean_name
from vaxreg.typed.numbers import compact
from vaxreg.typed.phones import e164


class TypedMixin(forms.BaseForm):
    """Takes invisible characters out of what was sent, except of passwords."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        passwords = {
            self.add_prefix(name)
            for name, field in self.fields.items()
            if isinstance(field.widget, forms.PasswordInput)
        }
        self.data = _cleaned(self.data, passwords)


class FormMixin(TypedMixin):
    """Words error messages and marks optional fields. Put it before the Django form class."""

    mark_optional = True
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if not isinstance(field, HasOwnErrorMessages):
                field.error_messages.update(_messages(field, str(field.label or name)))

    @property
    def has_errors(self) -> bool:
        """Whether the form was submitted and has an error."""
        return self.is_bound and bool(self.errors)


class Form(FormMixin, forms.Form):
    """Base of all forms that are not model forms."""


class ModelForm(FormMixin, forms.ModelForm):  # type: ignore[type-arg]
    """Base of all model forms."""


class AdminForm(TypedMixin, forms.ModelForm):  # type: ignore[type-arg]
    """Base of the forms of the admin site."""


def _cleaned(data: Any, passwords: set[str]) -> Any:
    """Return the same mapping, cleaned; a MultiValueDict keeps all values of a name."""
    if isinstance(data, MultiValueDict):
        return MultiValueDict(
            {
                name: values if name in passwords else clean_values(values)
                for name, values in data.lists()
            }
        )
    return {
        name: value if name in passwords else clean_values(value) for name, value in data.items()
    }


class HasOwnErrorMessages:
    """Marks a field with its own error messages, which FormMixin must not replace."""


def _messages(field: forms.Field, label: str) -> dict[str, str]:
    """Return messages to replace "This field is required."; {} if the field has its own."""
    given = {**field.__class__.default_error_messages, **field.error_messages}
    default = forms.Field.default_error_messages["required"]
    if given.get("required") != default:
        return {}
    if isinstance(field, forms.BooleanField):
        return {"required": _("Tick this box to go on.")}
    if isinstance(field, forms.FileField):
        return {"required": _("Choose a file.")}
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return {
            "required": _("Choose an answer."),
            "invalid_choice": _("Choose one of the answers in the list."),
        }
    return {"required": _("Enter %(label)s.") % {"label": _inside_sentence(label)}}


def _inside_sentence(label: str) -> str:
    """Lower-case the first letter, unless the label begins with an abbreviation."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


class DateField(HasOwnErrorMessages, forms.Field):
    """A date typed as `vaxreg.typed.dates` reads it: 27/3/2022, 27.3.22, 27032022.

    months: month and year alone (3/2022, tháng 3 năm 2022) are a date too; the value is then a
    PartialDate, else a datetime.date.
    """

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": "12"})
    default_error_messages = {
        "required": gettext_lazy("Enter the date, for example 27/03/2022."),
        "form": gettext_lazy("Enter the date as day/month/year, for example 27/03/2022."),
        "year": gettext_lazy("Write the year in full, for example 2022."),
        "month": gettext_lazy("There are only 12 months. Write the day first, then the month."),
        "day": gettext_lazy("%(month)s has no day %(day)s. Please check the date."),
        "no_day": gettext_lazy("This is a month alone. Write the day too, for example 27/03/2022."),
        "no_month": gettext_lazy("This is a year alone. Write the month too, for example 3/2022."),
        "future": gettext_lazy("This date is in the future. Please check the date."),
        "early": gettext_lazy("The date must be %(earliest)s or later."),
    }
    # Of a date of birth nobody guesses the century: 12/4/22 is a child, or a person of 104.
    guess_century = True

    def __init__(
        self,
        *,
        past_only: bool = False,
        earliest: dt.date = EARLIEST,
        months: bool = False,
        required_message: Any = None,
        **kwargs: Any,
    ) -> None:
        example = (
            gettext_lazy("For example: 27/03/2022. If the day is not known: 3/2022")
            if months
            else gettext_lazy("For example: 27/03/2022")
        )
        kwargs.setdefault("help_text", example)
        if required_message is not None:
            kwargs["error_messages"] = {
                **kwargs.get("error_messages", {}),
                "required": required_message,
            }
        super().__init__(**kwargs)
        self.past_only = past_only
        self.earliest = earliest
        self.months = months

    def prepare_value(self, value: Any) -> Any:
        """Show a date as day/month/year, as far as it is known; show typed text unchanged."""
        if isinstance(value, PartialDate):
            return str(value)
        return ui.day(value) if isinstance(value, dt.date) else value

    def to_python(self, value: Any) -> Any:
        """Read the date. Raises ValidationError saying exactly what is wrong."""
        if value is None or isinstance(value, dt.date | PartialDate):
            return self._made(PartialDate(value) if isinstance(value, dt.date) else value)
        text = clean_line(str(value))
        return self._made(self._read(text) if text else None)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare dates, not texts: 27/3/2022 and 27/03/2022 are the same."""
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True

    def _read(self, text: str) -> PartialDate:
        today = timezone.localdate()
        try:
            known = dates.read(
                text,
                earliest=self.earliest,
                latest=today if self.past_only else None,
                today=today,
                guess_century=self.guess_century,
            )
        except dates.UnreadableDate as wrong:
            raise self._error(wrong.code, **wrong.params) from None
        self._require_enough(known)
        if self.past_only and known.first > today:
            raise self._error("future")
        if known.last < self.earliest:
            raise self._error("early", earliest=ui.day(self.earliest))
        return known

    def _require_enough(self, known: PartialDate) -> None:
        """Raise for a month or a year alone where that is too little."""
        if known.precision == Precision.YEAR:
            raise self._error("no_month" if self.months else "form")
        if known.precision == Precision.MONTH and not self.months:
            raise self._error("no_day")

    def _made(self, known: PartialDate | None) -> Any:
        """Return the value of the field."""
        return known if known is None or self.months else known.first

    def _error(self, code: str, **params: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)


class BirthDateField(DateField):
    """A date of birth: a date as above, or month and year (4/1950), or the year alone (1950).

    Zeros or other signs for an unknown part are read too, as identity cards have them: 00/00/1950.
    """

    default_error_messages = {
        "required": gettext_lazy("Enter the date of birth, for example 05/09/1988, or the year."),
        "form": gettext_lazy(
            "Enter the date of birth as day/month/year, for example 05/09/1988. If no more is"
            " known: the year, or month/year."
        ),
    }
    guess_century = False

    def __init__(self, **kwargs: Any) -> None:
        help_text = gettext_lazy(
            "Day/month/year, for example: 05/09/1988. If no more is known: 1950 or 4/1950"
        )
        kwargs.setdefault("help_text", help_text)
        super().__init__(past_only=True, **kwargs)

    def _require_enough(self, known: PartialDate) -> None:
        """A year alone is enough."""

    def _made(self, known: PartialDate | None) -> BirthDate | None:
        """Return a BirthDate, or None."""
        return None if known is None else BirthDate(known.first, known.precision)


class PhoneField(HasOwnErrorMessages, forms.CharField):
    """A phone number, cleaned to E.164 (+84912345678); accepts 09…, +84…, 0084… and spaces."""

    default_error_messages = {
        "required": gettext_lazy("Enter a phone number, for example 0912 345 678."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        attrs = {"type": "tel", "inputmode": "tel", "autocomplete": "tel", "size": "20"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**kwargs)
        self.widget.input_type = "tel"

    def prepare_value(self, value: Any) -> Any:
        """Show a stored E.164 number as 0912 345 678."""
        return ui.phone(value) if isinstance(value, str) and value.startswith("+") else value

    def clean(self, value: Any) -> str:
        """Return E.164, or "" for an optional field left empty. Raises ValidationError."""
        return e164(super().clean(value))


class NameField(forms.CharField):
    """A person's name, as `vaxreg.typed.names` says what one is."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST_NAME)
        attrs = {"autocomplete": "off", "spellcheck": "false"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        """Return the name as it is stored: macOS and iOS send twice as many characters."""
        return clean_name(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        """Raise ValidationError for what is no name."""
        super().validate(value)
        checked_name(value)


class IdNumberField(HasOwnErrorMessages, forms.CharField):
    """National id (12 digits), old identity card (9 digits) or passport; spaces are dropped."""

    default_error_messages = {
        "required": gettext_lazy("Enter the number of the identity card or passport."),
        "digits": gettext_lazy(
            "You typed %(count)s digits. A citizen identity card has 12 digits, an old identity"
            " card has 9."
        ),
        "form": gettext_lazy(
            "Enter 12 digits (citizen identity card), 9 digits (old identity card), or a passport"
            " number such as C1234567."
        ),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 30)
        attrs = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        kwargs.setdefault("widget", forms.TextInput(attrs={**attrs, "size": "16"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """Return digits or capital letters without spaces. Raises ValidationError."""
        text = compact(clean_line(super().clean(value))).upper()
        if not text or is_id_number(text):
            return text
        if text.isdigit():
            params = {"count": len(text)}
            raise ValidationError(self.error_messages["digits"], code="digits", params=params)
        raise ValidationError(self.error_messages["form"], code="form")


class CodeField(HasOwnErrorMessages, forms.CharField):
    """A code of digits received by message; spaces and dashes are dropped."""

    default_error_messages = {
        "required": gettext_lazy("Enter the code from the message."),
        "digits": gettext_lazy("The code has %(length)s digits."),
        "digits_or": gettext_lazy("The code has %(length)s digits, that of the hotline %(other)s."),
    }

    def __init__(self, *, length: int = 6, other: int = 0, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "one-time-code", "size": "10"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**kwargs)
        self.length, self.other = length, other or length

    def clean(self, value: Any) -> str:
        """Return exactly `length` or `other` digits, or "" for an optional field left empty."""
        text = compact(clean_line(super().clean(value)))
        if text and not re.fullmatch(rf"[0-9]{{{self.length}}}|[0-9]{{{self.other}}}", text):
            params = {"length": self.length, "other": self.other}
            code = "digits" if self.other == self.length else "digits_or"
            raise ValidationError(self.error_messages[code], code="digits", params=params)
        return text

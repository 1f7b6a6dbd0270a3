"""Base classes of all forms: error messages in plain words, and fields for dates, phones, IDs."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vaxreg import ui

EARLIEST = dt.date(1900, 1, 1)


class FormMixin(forms.BaseForm):
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
    """A date typed as text: 27/3/2022, 27-03-2022, 27.03.2022, 27032022 or 2022-03-27."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": "12"})
    default_error_messages = {
        "required": gettext_lazy("Enter the date, for example 27/03/2022."),
        "form": gettext_lazy("Enter the date as day/month/year, for example 27/03/2022."),
        "year": gettext_lazy("Write the year in full, for example 2022."),
        "month": gettext_lazy("There are only 12 months. Write the day first, then the month."),
        "day": gettext_lazy("%(month)s has no day %(day)s. Please check the date."),
        "future": gettext_lazy("This date is in the future. Please check the date."),
        "early": gettext_lazy("The date must be %(earliest)s or later."),
    }

    def __init__(
        self,
        *,
        past_only: bool = False,
        earliest: dt.date = EARLIEST,
        required_message: Any = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("help_text", gettext_lazy("For example: 27/03/2022"))
        if required_message is not None:
            kwargs["error_messages"] = {
                **kwargs.get("error_messages", {}),
                "required": required_message,
            }
        super().__init__(**kwargs)
        self.past_only = past_only
        self.earliest = earliest

    def prepare_value(self, value: Any) -> Any:
        """Show a date as day/month/year; show typed text unchanged."""
        return ui.day(value) if isinstance(value, dt.date) else value

    def to_python(self, value: Any) -> dt.date | None:
        """Parse the date. Raises ValidationError saying exactly what is wrong."""
        if isinstance(value, dt.date):
            return value
        text = str(value or "").strip()
        if not text:
            return None
        date = self._date(text)
        if self.past_only and date > timezone.localdate():
            raise self._error("future")
        if date < self.earliest:
            raise self._error("early", earliest=ui.day(self.earliest))
        return date

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare dates, not texts: 27/3/2022 and 27/03/2022 are the same."""
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True

    def _date(self, text: str) -> dt.date:
        if match := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text):
            year, month, day = (int(part) for part in match.groups())
        elif match := re.fullmatch(r"(\d{2})(\d{2})(\d{4})", text):
            day, month, year = (int(part) for part in match.groups())
        elif match := re.fullmatch(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{1,4})", text):
            if len(match[3]) != 4:
                raise self._error("year")
            day, month, year = (int(part) for part in match.groups())
        else:
            raise self._error("form")
        if not 1 <= month <= 12:
            raise self._error("month")
        try:
            return dt.date(year, month, day)
        except ValueError:
            shown = f"{month:02d}/{year}"
            raise self._error("day", day=str(day), month=shown) from None

    def _error(self, code: str, **params: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)


class PhoneField(HasOwnErrorMessages, forms.CharField):
    """A phone number, cleaned to E.164 (+84912345678); accepts 09…, +84…, 0084… and spaces."""

    default_error_messages = {
        "required": gettext_lazy("Enter a phone number, for example 0912 345 678."),
        "letters": gettext_lazy("A phone number has digits only, for example 0912 345 678."),
        "short": gettext_lazy("This phone number has too few digits. A mobile number has 10."),
        "long": gettext_lazy("This phone number has too many digits. A mobile number has 10."),
        "unknown": gettext_lazy("There is no such phone number. Please check each digit."),
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
        text = super().clean(value)
        if not text:
            return ""
        compact = re.sub(r"[\s.()\-\u2010-\u2015]", "", text)
        compact = re.sub(r"^00", "+", compact)
        if not re.fullmatch(r"\+?\d+", compact):
            raise self._error("letters")
        if re.fullmatch(r"84\d{9}", compact):
            compact = f"+{compact}"
        try:
            parsed = phonenumbers.parse(compact, "VN")
        except phonenumbers.NumberParseException:
            raise self._error("short" if len(compact) < 8 else "unknown") from None
        possible = phonenumbers.is_possible_number_with_reason(parsed)
        if possible == phonenumbers.ValidationResult.TOO_SHORT:
            raise self._error("short")
        if possible == phonenumbers.ValidationResult.TOO_LONG:
            raise self._error("long")
        if not phonenumbers.is_valid_number(parsed):
            raise self._error(_wrong_length(parsed) or "unknown")
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)

    def _error(self, code: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code)


def _wrong_length(number: phonenumbers.PhoneNumber) -> str:
    """Return "short", "long" or "". The library accepts a mobile number with a digit too many."""
    digits = str(number.national_number)
    if number.country_code != 84 or digits[0] not in "35789" or len(digits) == 9:
        return ""
    return "short" if len(digits) < 9 else "long"


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
        text = re.sub(r"[\s.\-\u2010-\u2015]", "", super().clean(value)).upper()
        if not text or re.fullmatch(r"\d{12}|\d{9}|(?=.*\d)[A-Z]{1,2}[0-9A-Z]{6,8}", text):
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
    }

    def __init__(self, *, length: int = 6, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "one-time-code", "size": "10"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**kwargs)
        self.length = length

    def clean(self, value: Any) -> str:
        """Return exactly `length` digits, or "" for an optional field left empty."""
        text = re.sub(r"[\s.\-\u2010-\u2015]", "", super().clean(value))
        if text and not re.fullmatch(rf"[0-9]{{{self.length}}}", text):
            params = {"length": self.length}
            raise ValidationError(self.error_messages["digits"], code="digits", params=params)
        return text

"""Fields of the interface for dates that are known in part."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from vaxreg.typed.birth_dates import BirthDate
from vaxreg.typed.dates import PartialDate, Precision


@extend_schema_field(
    {
        "type": "string",
        "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$",
        "description": "As in FHIR: 1950-04-12, or 1950-04 or 1950 where no more is known.",
    }
)
class BirthDateField(serializers.Field[str, Any, str, Any]):
    """A date of birth, as in FHIR: 1950-04-12, or 1950-04 or 1950 where no more is known."""

    default_error_messages = {
        "form": _("Write a date of birth as 1950-04-12, or as 1950-04 or 1950.")
    }

    def to_internal_value(self, data: Any) -> str:
        """Return the text as facts store it."""
        try:
            return BirthDate.fromisoformat(str(data).strip()).isoformat()
        except ValueError:
            self.fail("form")

    def to_representation(self, value: BirthDate | str) -> str:
        """Return the text; facts are texts already."""
        return value if isinstance(value, str) else value.isoformat()


@extend_schema_field(
    {
        "type": "string",
        "pattern": r"^\d{4}-\d{2}(-\d{2})?$",
        "description": "2021-11-21, or 2021-11 in a proposal where the day is not known.",
    }
)
class DoseDateField(serializers.Field[str, Any, str, Any]):
    """The day of a dose; in a proposal it may be a month alone, which a decision completes."""

    default_error_messages = {"form": _("Write the date as 2021-11-21, or as 2021-11.")}

    def to_internal_value(self, data: Any) -> str:
        """Return the text as facts store it."""
        try:
            known = PartialDate.fromisoformat(str(data).strip())
        except ValueError:
            self.fail("form")
        if known.precision == Precision.YEAR:
            self.fail("form")
        return known.isoformat()

    def to_representation(self, value: str) -> str:
        """Return the text; facts are texts already."""
        return value

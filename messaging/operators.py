"""Which mobile operator a Vietnamese number belongs to, by its prefix."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Operator(models.TextChoices):
    """The operators of Vietnam, as the numbering plan gives them prefixes (2018, and later ones).

    A number keeps its prefix when its owner moves to another operator: so this tells who gave it.
    """

    VIETTEL = "viettel", "Viettel"
    VINAPHONE = "vinaphone", "VinaPhone"
    MOBIFONE = "mobifone", "MobiFone"
    VIETNAMOBILE = "vietnamobile", "Vietnamobile"
    OTHER = "other", _("other operators")


# The two digits after the country code.
PREFIXES = {
    Operator.VIETTEL: ("32", "33", "34", "35", "36", "37", "38", "39", "86", "96", "97", "98"),
    Operator.VINAPHONE: ("81", "82", "83", "84", "85", "88", "91", "94"),
    Operator.MOBIFONE: ("70", "76", "77", "78", "79", "89", "90", "93"),
    Operator.VIETNAMOBILE: ("52", "56", "58", "92"),
}
HOME = "+84"


def operator_of(phone: str) -> Operator:
    """Return who gave this number (E.164); OTHER also for a number from abroad."""
    if phone.startswith(HOME):
        ours = phone.removeprefix(HOME)
        for operator, prefixes in PREFIXES.items():
            if ours.startswith(prefixes):
                return operator
    return Operator.OTHER

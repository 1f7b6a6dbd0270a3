"""The four facts about which the population database is asked (dispatch 9438/BYT-CNTT)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citizens.facts import LABELS, IdentityField, facts_of
from citizens.models import Citizen, Sex
from vaxreg.encryption import FIELDS

# In the order in which they are named to readers.
FOUR = (
    IdentityField.ID_NUMBER,
    IdentityField.FULL_NAME,
    IdentityField.DATE_OF_BIRTH,
    IdentityField.SEX,
)
# It knows the numbers of identity cards, not passports.
_CARD = re.compile(r"[0-9]{12}|[0-9]{9}")


@dataclass(frozen=True)
class FourFacts:
    """Number, name, date of birth (YYYY, YYYY-MM or YYYY-MM-DD) and sex; "" where one is unknown."""

    id_number: str
    full_name: str
    date_of_birth: str
    sex: str

    @classmethod
    def of(cls, citizen: Citizen, proposed: Mapping[str, str] | None = None) -> "FourFacts":
        """Return the facts on record, with those that are proposed in their place."""
        known = {**facts_of(citizen), **(proposed or {})}
        return cls(**{name.value: known[name] for name in FOUR})

    @property
    def as_json(self) -> dict[str, str]:
        return {name.value: getattr(self, name.value) for name in FOUR}

    @property
    def unfit(self) -> list[str]:
        """The names of the facts with which it cannot be asked at all."""
        fit = {
            IdentityField.ID_NUMBER: _CARD.fullmatch(self.id_number) is not None,
            IdentityField.FULL_NAME: bool(self.full_name),
            IdentityField.DATE_OF_BIRTH: bool(self.date_of_birth),
            IdentityField.SEX: self.sex in (Sex.MALE, Sex.FEMALE),
        }
        return [name.value for name in FOUR if not fit[name]]

    @property
    def fingerprint(self) -> str:
        """A keyed hash (64 hexadecimal digits) by which the same four facts are recognised."""
        return FIELDS.digest("population facts", "\n".join(self.as_json.values()))

    def is_same_as(self, fingerprint: str) -> bool:
        """Whether the fingerprint is of these facts, under an older key too."""
        texts = "\n".join(self.as_json.values())
        return fingerprint in FIELDS.digests("population facts", texts)


def named(fields: Iterable[str]) -> str:
    """Return names of facts within a sentence: "ID number, date of birth"."""
    labels = (str(LABELS[one]) for one in fields if one in LABELS)
    return ", ".join(one if one[:2].isupper() else one[0].lower() + one[1:] for one in labels)


SOURCE: Promise = _("National Population Database")

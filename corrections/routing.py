"""Who must act on a correction, and the sentence that explains why.

Dispatch 9458/BYT-CNTT and product rule 2: the site that gave the dose; for a missing dose the
site that the citizen names; no site known: the desk of the smallest known area, up the ladder
commune, district, province, national hotline. A body without active reviewers is passed by.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from corrections.deadlines import Addressee
from corrections.models import Correction, Kind
from organizations.models import Organization
from organizations.queries import ancestors, current_holder, for_area, next_up

Kinds = Organization.Kind
RANK: dict[str, int] = {
    Kinds.DISTRICT_CENTRE: 1,
    Kinds.PROVINCIAL_DEPARTMENT: 2,
    Kinds.MINISTRY: 3,
}
LEVELS = {
    Addressee.HOLDER: 0,
    Addressee.DISTRICT: 1,
    Addressee.PROVINCE: 2,
    Addressee.MINISTRY: 3,
}


@dataclass(frozen=True)
class Desk:
    """Where a correction goes, and why, in a sentence per language."""

    organization: Organization
    reason: dict[str, str]


class NoDesk(Exception):
    """Not even the national hotline can receive: the organizations were never built."""


def desk_for(correction: Correction) -> Desk:
    """Return the desk that must act. Raises NoDesk when no body at all has active staff."""
    first, why = _responsible(correction)
    passed_by: list[Organization] = []
    desk: Organization | None = first
    while desk is not None and not _can_receive(desk):
        passed_by.append(desk)
        desk = (None if desk.is_open else current_holder(desk)) or next_up(desk)
    if desk is None:
        raise NoDesk(correction.reference)
    found = desk
    return Desk(found, _in_each_language(lambda: _sentence(why, first, found, passed_by)))


def _responsible(correction: Correction) -> tuple[Organization, str]:
    if correction.kind == Kind.WRONG_FIELDS and correction.dose and correction.dose.organization:
        return correction.dose.organization, "gave_the_dose"
    if correction.named_site:
        return correction.named_site, "named"
    area = correction.named_area or correction.citizen.area
    why = "named_area" if correction.named_area else "home_area" if area else "nothing_known"
    return for_area(area), why


def _can_receive(organization: Organization) -> bool:
    return Organization.objects.able_to_receive().filter(pk=organization.pk).exists()


def _sentence(
    why: str, first: Organization, desk: Organization, passed_by: list[Organization]
) -> str:
    names = {"first": first.name, "desk": desk.name}
    sentence = {
        "gave_the_dose": _("%(first)s gave this dose.") % names,
        "named": _("You named %(first)s as the site that gave this dose.") % names,
        "named_area": _("The site is not known; %(first)s is responsible for the area you named.")
        % names,
        "home_area": _("The site is not known; %(first)s is responsible for the area of residence.")
        % names,
        "nothing_known": _("Neither site nor area is known; %(first)s finds out.") % names,
    }[why]
    if passed_by:
        why_not = (
            _("It has no staff to review at present, so %(desk)s acts.")
            if first.is_open
            else _("It has closed, so %(desk)s acts.")
        )
        sentence += " " + why_not % names
    return sentence


def given_by(officer_of: Organization, reason: str) -> dict[str, str]:
    """Return why a case is here after an officer gave it here, in a sentence per language."""
    return _in_each_language(
        lambda: (
            _("%(organization)s gave it here: %(reason)s")
            % {"organization": officer_of.name, "reason": reason}
        )
    )


def taken_over_by(organization: Organization, reason: str) -> dict[str, str]:
    """Return why a case is here after the level above took it over, in a sentence per language."""
    return _in_each_language(
        lambda: (
            _("%(organization)s decides in the site’s place: %(reason)s")
            % {"organization": organization.name, "reason": reason}
        )
    )


def level_above(holder: Organization | None, addressee: Addressee) -> Organization | None:
    """Return the organization to which a late case is escalated: strictly above its holder.

    A hospital under the province has no district above it: the next level up is told instead.
    """
    wanted = LEVELS[addressee]
    above = ancestors(holder) if holder is not None else []
    for organization in above:
        if RANK.get(organization.kind, 0) >= wanted:
            return organization
    return None


def _in_each_language(sentence: Callable[[], str]) -> dict[str, str]:
    sentences = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            sentences[language] = sentence()
    return sentences

"""Finds the organization that must act on a correction, and the sentence that explains why.

Dispatch 9458/BYT-CNTT: the site that gave the dose; for a missing dose, the site that the citizen
names. No site known: the desk of the smallest known area, then up: commune, district, province,
national hotline. An organization without active reviewers is skipped.
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.utils.translation import gettext as _

from corrections.clocks import policies
from corrections.clocks.deadlines import Addressee
from corrections.models import Correction
from corrections.models.case import IDENTITY_KINDS
from organizations.models import Organization
from organizations.queries import (
    AncestorCache,
    ancestors,
    current_holder,
    for_area,
    national_hotline,
    next_up,
)
from vaxreg import ui

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

# Kinds that give doses. Any other kind holds a case without a site in its pool, to find the site.
SITES = (Kinds.SITE, Kinds.HOSPITAL, Kinds.COMMUNE_STATION)
SITE_UNKNOWN = ("named_area", "home_area", "nothing_known")


@dataclass(frozen=True)
class Desk:
    """The organization that gets a correction, and why, as a sentence per language.

    is_pool: the site that gave the dose is unknown; this organization has to find it.
    """

    organization: Organization
    reason: dict[str, str]
    is_pool: bool = False


class NoDesk(Exception):
    """Not even the national hotline can receive: the organizations were never created."""


def desk_for(correction: Correction) -> Desk:
    """Return the desk that must act. Raises NoDesk when no organization at all has active staff."""
    return Router().desk_for(correction)


class Router:
    """Routes many cases: each area and each organization is read once."""

    def __init__(self) -> None:
        self._for_area = cache(for_area)
        self._desk_from = cache(_desk_from)

    def desk_for(self, correction: Correction) -> Desk:
        """Return the desk that must act. Raises NoDesk when no organization has active staff."""
        desk = self._desk_from(*self._responsible(correction))
        if desk is None:
            raise NoDesk(correction.reference)
        return desk

    def _responsible(self, correction: Correction) -> tuple[Organization, str]:
        if correction.kind in IDENTITY_KINDS:
            return self._for_area(correction.citizen.area), "identity"
        if correction.dose is not None and correction.dose.organization:
            return correction.dose.organization, "gave_the_dose"
        if correction.named_site:
            return correction.named_site, "named"
        area = correction.named_area or correction.citizen.area
        why = "named_area" if correction.named_area else "home_area" if area else "nothing_known"
        return self._for_area(area), why


def _desk_from(first: Organization, why: str) -> Desk | None:
    """Return the first organization from here upwards that can receive; None when none can."""
    desk, passed_by = first_able_from(first)
    if desk is None:
        return None
    reason = ui.in_each_language(lambda: _sentence(why, first, desk, passed_by))
    return Desk(desk, reason, why in SITE_UNKNOWN)


def first_able_from(
    first: Organization,
    can_receive: Callable[[Organization], bool] | None = None,
    ladder: AncestorCache | None = None,
) -> tuple[Organization | None, list[Organization]]:
    """Return the first one from here upwards that can receive, and those that were skipped.

    A closed organization is replaced by its successor, or else by the next level up. can_receive
    and ladder: data read in advance for many organizations (`Ladder`).
    """
    can_receive = can_receive or _can_receive
    passed_by: list[Organization] = []
    desk: Organization | None = first
    while desk is not None and not can_receive(desk):
        passed_by.append(desk)
        desk = (None if desk.is_open else current_holder(desk)) or next_up(desk, ladder)
    return desk, passed_by


def triage_due(now: datetime) -> datetime:
    """Return by when a case without a site must have one: a target within the 48 hours."""
    return now + timedelta(hours=policies.current().triage_hours)


def _can_receive(organization: Organization) -> bool:
    return Organization.objects.able_to_receive().filter(pk=organization.pk).exists()


def reason_routed(why: str, desk: Organization) -> dict[str, str]:
    """Return the routing reason of a desk that is itself responsible; why: see `_responsible`."""
    return ui.in_each_language(lambda: _sentence(why, desk, desk, []))


def _sentence(
    why: str, first: Organization, desk: Organization, passed_by: list[Organization]
) -> str:
    names = {"first": first.name, "desk": desk.name}
    sentence = {
        "gave_the_dose": _("%(first)s gave this dose.") % names,
        "identity": _(
            "%(first)s checks personal details at the place of residence, with the identity paper."
        )
        % names,
        "named": _("%(first)s was named as the site that gave this dose.") % names,
        "named_area": _(
            "The site is not known; %(first)s is responsible for the area that was named."
        )
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


def reason_reassigned(officer_of: Organization, reason: str) -> dict[str, str]:
    """Return the routing reason after an officer gave the case to this organization."""
    return ui.in_each_language(
        lambda: (
            _("%(organization)s gave it here: %(reason)s")
            % {"organization": officer_of.name, "reason": reason}
        )
    )


def reason_taken_over(organization: Organization, reason: str) -> dict[str, str]:
    """Return the routing reason after the level above took the case over."""
    return ui.in_each_language(
        lambda: (
            _("%(organization)s decides in the site’s place: %(reason)s")
            % {"organization": organization.name, "reason": reason}
        )
    )


def reason_passed_on(organization: Organization, reason: str, *, is_third: bool) -> dict[str, str]:
    """Return the routing reason after another organization passed the case on."""

    def sentence() -> str:
        values = {"organization": organization.name, "reason": reason}
        if is_third:
            return (
                _("Three sites said that it is not theirs, %(organization)s the last: %(reason)s")
                % values
            )
        return _("%(organization)s passed it on: %(reason)s") % values

    return ui.in_each_language(sentence)


def reason_appealed(organization: Organization, desk: Organization) -> dict[str, str]:
    """Return the routing reason of an appeal."""
    values = {"organization": organization.name, "desk": desk.name}
    return ui.in_each_language(
        lambda: (
            _("The decision of %(organization)s was appealed; %(desk)s stands above it.") % values
        )
    )


def reason_inherited(closed: Organization, desk: Organization) -> dict[str, str]:
    """Return the routing reason after the holder was closed or lost its last reviewer."""

    def sentence() -> str:
        heir = current_holder(closed)
        names = {"closed": closed.name, "desk": desk.name, "heir": heir.name if heir else ""}
        if closed.is_open:
            return _("%(closed)s has no staff to review at present, so %(desk)s acts.") % names
        if heir is None:
            return _("%(closed)s has closed; %(desk)s acts in its place.") % names
        if heir == desk:
            return _("%(closed)s has closed; %(desk)s has taken over from it.") % names
        return (
            _(
                "%(closed)s has closed. %(heir)s has taken over from it, but cannot act here, so "
                "%(desk)s acts."
            )
            % names
        )

    return ui.in_each_language(sentence)


def appeal_desk(correction: Correction) -> Organization | None:
    """Return who decides an appeal: the next level up that can receive; None without one.

    Never the hotline: it finds sites and decides nothing.
    """
    return next_level(correction.holder)


def next_level(holder: Organization | None) -> Organization | None:
    """Return the nearest organization above that can receive a case.

    For a closed organization, counted from its successor.
    """
    return next(iter(able_levels_above(holder)), None) if holder is not None else None


def able_levels_above(holder: Organization, *, itself: bool = False) -> list[Organization]:
    """Return the organizations above the holder that can receive, the nearest first.

    itself: start with the holder, or with its successor.
    """
    standing = current_holder(holder) or holder
    line = [*([standing] if itself else []), *ancestors(standing)]
    if not standing.is_open:
        # Closed without a successor: organizations above it may have closed after that.
        line = [heir for one in line if (heir := current_holder(one)) is not None]
    able = set(
        Organization.objects.able_to_receive()
        .filter(pk__in=[one.pk for one in line])
        .values_list("pk", flat=True)
    )
    return [one for one in line if one.pk in able]


def above_or_hotline(holder: Organization | None) -> Organization:
    """Return who finds the right site for a holder that does not know it. Raises NoDesk."""
    desk = next_level(holder) or national_hotline()
    if desk is None or not _can_receive(desk):
        raise NoDesk(str(holder))
    return desk


def told_above(
    addressee: Addressee, above: Sequence[Organization], staffed: Set[int]
) -> tuple[Organization | None, list[Organization]]:
    """Return the organization to which a late case is escalated, and those where nobody works.

    above: the organizations strictly above the holder, the nearest first. staffed: ids of those
    where somebody can be told. A level without anybody, or that does not exist (a hospital under
    the province has no district above it), is passed over: the next one up is told instead.
    """
    passed_over: list[Organization] = []
    for organization in above:
        if RANK.get(organization.kind, 0) < LEVELS[addressee]:
            continue
        if organization.pk in staffed:
            return organization, passed_over
        passed_over.append(organization)
    return None, passed_over


def stand_ins(organizations: Sequence[Organization]) -> dict[int, Organization | None]:
    """Return, by id, who receives now what is sent to each of these; None: nobody at all.

    The number of queries does not depend on their number, except for those that were merged.
    """
    ladder = AncestorCache(organizations)
    known = {pk for one in organizations for pk in (*one.ancestor_ids, one.pk)}
    if ladder.hotline is not None:
        known.add(ladder.hotline.pk)
    receiving = Organization.objects.able_to_receive()
    able = set(receiving.filter(pk__in=known).values_list("pk", flat=True))

    def can_receive(organization: Organization) -> bool:
        if organization.pk in known:
            return organization.pk in able
        return receiving.filter(pk=organization.pk).exists()

    return {one.pk: first_able_from(one, can_receive, ladder)[0] for one in organizations}

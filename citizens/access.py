"""Which records a user may open, and on which citizens they must not decide."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from citizens.models import Citizen, RecordLink

if TYPE_CHECKING:
    from accounts.models import User


def records_of(user: "User") -> QuerySet[Citizen]:
    """Return the citizens whose record the user may open: their own and their wards'."""
    return Citizen.objects.linked_to(user)


def parts_of_records_of(user: "User") -> QuerySet[Citizen]:
    """Return the same records with all parts merged into them: rows may refer to either."""
    return Citizen.objects.parts_linked_to(user)


def is_own_or_family(user: "User", citizen: Citizen) -> bool:
    """Whether the citizen is the user, a ward of the user, or the user's guardian.

    Staff are matched to citizens by the national ID number of their account, by the record that
    they opened, and by a phone number shared with the record. A user who matches never reviews a
    correction of that record, in any role. A merged record is one person: a match with any part of
    it counts for the whole.
    """
    whole = Citizen.objects.whole(citizen)
    return whole.filter(_own_or_family(user)).exists()


def own_or_family_among(user: "User", citizens: Iterable[int]) -> set[int]:
    """Return which of these citizens (ids) are the user or family, in a fixed number of queries."""
    asked = dict(
        Citizen.objects.filter(pk__in=set(citizens)).values_list(
            "pk", Coalesce("merged_into", "pk")
        )
    )
    parts = Citizen.objects.wholes(Citizen.objects.filter(pk__in=asked.values()))
    kept = set(
        parts.filter(_own_or_family(user)).values_list(Coalesce("merged_into", "pk"), flat=True)
    )
    return {pk for pk, whole in asked.items() if whole in kept}


def _own_or_family(user: "User") -> Q:
    live = RecordLink.objects.live()
    own_links = live.filter(relation=RecordLink.Relation.SELF)
    care_links = live.filter(relation=RecordLink.Relation.GUARDIAN)

    is_me = Q(pk__in=own_links.filter(user=user).values("citizen"))
    same_account = Q(user=user)
    if user.id_number:
        is_me |= Q(id_number=user.id_number)
        same_account |= Q(user__id_number=user.id_number)
    if user.phone:
        is_me |= Q(phone=user.phone)
    me = list(Citizen.objects.wholes(Citizen.objects.filter(is_me)).values_list("pk", flat=True))
    if not me:
        # Most staff have no record in the registry, so they have no relatives in it either.
        return Q(pk__in=live.filter(same_account).values("citizen"))

    # The same person may have two accounts: one as citizen, one as staff.
    my_accounts = own_links.filter(citizen__in=me).values("user")
    my_guardians = care_links.filter(citizen__in=me).values("user")
    return (
        Q(pk__in=me)
        | Q(pk__in=live.filter(same_account | Q(user__in=my_accounts)).values("citizen"))
        | Q(pk__in=own_links.filter(user__in=my_guardians).values("citizen"))
    )

"""Who receives meanwhile what is sent to organizations that cannot: for many at once."""

from collections.abc import Sequence

from corrections.routing import able_from
from organizations.models import Organization
from organizations.queries import Ladder


def stand_ins(organizations: Sequence[Organization]) -> dict[int, Organization | None]:
    """Return who receives at present what is sent to each of these, by id; None: nobody at all.

    The number of queries does not depend on how many they are, but for those that were merged.
    """
    ladder = Ladder(organizations)
    known = {pk for one in organizations for pk in (*one.ancestor_ids, one.pk)}
    if ladder.hotline is not None:
        known.add(ladder.hotline.pk)
    receiving = Organization.objects.able_to_receive()
    able = set(receiving.filter(pk__in=known).values_list("pk", flat=True))

    def can_receive(organization: Organization) -> bool:
        if organization.pk in known:
            return organization.pk in able
        return receiving.filter(pk=organization.pk).exists()

    return {one.pk: able_from(one, can_receive, ladder)[0] for one in organizations}

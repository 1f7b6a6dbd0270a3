"""Says about which courses of doses a case is open: until it is decided, nobody is reminded of them."""

from collections.abc import Collection

from citizens.models import Citizen
from corrections.models import Correction, Kind
from corrections.models.case import DOSE_KINDS
from doses.facts import Field
from doses.models import Vaccine
from recording.due.announcements import Course


def open_about(courses: Collection[Course]) -> set[Course]:
    """Return those courses about which a case is open; two queries, three if there are some.

    A case that names no vaccine may be about any course of its person.
    """
    people = {citizen for citizen, _group in courses}
    parts = Citizen.objects.wholes(Citizen.objects.filter(pk__in=people))
    person = {pk: into or pk for pk, into in parts.values_list("pk", "merged_into")}
    cases = list(
        Correction.objects.open()
        .filter(citizen__in=person, kind__in=(Kind.MISSING_DOSE, *DOSE_KINDS))
        .select_related("dose__vaccine")
        .order_by()
    )
    if not cases:
        return set()
    group_of = dict(Vaccine.objects.values_list("code", "group"))
    found: set[Course] = set()
    for case in cases:
        said = case.proposed.get(Field.VACCINE)
        groups = {group_of.get(said)} if said else set()
        if case.dose is not None:
            groups.add(case.dose.vaccine.group_id)
        citizen = person[case.citizen_id]
        found |= {one for one in courses if one[0] == citizen and (not groups or one[1] in groups)}
    return found

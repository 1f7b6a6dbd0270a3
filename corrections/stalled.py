"""What pages say about a case when work that the system does by itself was set aside.

Else a page would go on saying "this takes a minute" about what nobody tries any more.
"""

from django.db.models import Q
from django.utils.translation import gettext as _

from background import counting
from background.models import WorkTry
from corrections import outbox, sweep
from corrections.models import Clock, Correction, OutboxRow


def notice(case: Correction) -> str:
    """Return what readers are told about work on this case that was set aside; "" without any.

    One query while nothing is set aside, as is usual.
    """
    aside = list(WorkTry.objects.set_aside().filter(work__startswith="corrections."))
    if not aside:
        return ""
    keys: dict[str, list[str]] = {}
    for one in aside:
        keys.setdefault(one.work, []).append(one.key)
    of_case = Q(pk__in=[])
    for work in sweep.CASE_WORKS.values():
        of_case |= Q(pk__in=keys.get(work.name, []))
    clocks = Clock.objects.filter(pk__in=keys.get(sweep.MILESTONE.name, []))
    errands = OutboxRow.objects.filter(pk__in=keys.get(outbox.ERRAND.name, []), done_at=None)
    of_case |= Q(pk__in=clocks.values("correction"))
    of_case |= Q(pk__in=errands.values("event__correction"))
    if not Correction.objects.filter(of_case, pk=case.pk).exists():
        return ""
    return _(
        "Something that the system should do for this proposal by itself is not done, because of a"
        " fault of ours: a message, a reminder or a next step may be missing. Nothing is lost, and"
        " the deadline stays the same. The people who run the system can see the fault."
    )


def has_no_desk(case: Correction) -> bool:
    """Tell whether the search for the desk that must answer was set aside."""
    aside = [int(key) for key in counting.set_aside_of(outbox.ERRAND)]
    route = OutboxRow.objects.filter(pk__in=aside, errand=OutboxRow.Errand.ROUTE, done_at=None)
    return bool(aside) and route.filter(event__correction=case).exists()

"""Figures of the site's own record: files of doses at which workers are at work."""

from collections.abc import Iterator

from django.db.models import Count

from recording.imports.models import DoseImport
from watching.figures import Figure, measure

RUNNING = measure("imports_running", "Files of doses that are being checked or written", "state")


def figures() -> Iterator[Figure]:
    """Yield how many there are, from an index of them."""
    counts = dict(
        DoseImport.objects.at_work().order_by().values_list("state").annotate(n=Count("pk"))
    )
    for state in DoseImport.AT_WORK:
        yield RUNNING.of(counts.get(state, 0), state)

"""What operators are told about the population database: since when it gives no answer."""

from datetime import timedelta

from identity.population.client import is_on
from identity.population.models import TROUBLE_LABELS, PopulationQuestion
from vaxreg import db_time

# Shorter breaks mend themselves.
SILENCE = timedelta(minutes=30)


def notice() -> str:
    """Return a sentence for `/readyz` when questions have had no answer for long; else ""."""
    if not is_on():
        return ""
    failing = PopulationQuestion.objects.exclude(failing_since=None)
    oldest = failing.order_by("failing_since").first()
    since = oldest.failing_since if oldest else None
    if oldest is None or since is None or db_time.now() - since < SILENCE:
        return ""
    trouble = {str(name): label for name, label in TROUBLE_LABELS.items()}[oldest.trouble]
    return (
        f"{failing.count()} questions to the population database have no answer, the oldest since"
        f" {since.isoformat()} ({trouble}); they are asked again by themselves"
    )

"""Celery tasks of uptake."""

from celery import shared_task

from uptake import fold as folding


@shared_task(name="uptake.fold")
def fold() -> None:
    """Add the changes of the last minute to the sums."""
    folding.update_sums()

"""What Celery runs: thin."""

from celery import shared_task

from uptake import fold as folding


@shared_task(name="uptake.fold")
def fold() -> None:
    """Take in what changed since the last minute."""
    folding.fold()

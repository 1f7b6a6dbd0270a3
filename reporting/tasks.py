"""What Celery runs of the figures: close days, count today."""

from celery import shared_task

from reporting import daily_job


@shared_task(name="reporting.keep_figures")
def keep_figures() -> None:
    """Close the days that are over, and bring today's figures up to date."""
    daily_job.close_days()
    daily_job.refresh()

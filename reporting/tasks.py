"""Celery tasks of the figures."""

from celery import shared_task

from reporting import daily_job


@shared_task(name="reporting.keep_figures")
def keep_figures() -> None:
    """Close the days that are over, and count today's figures again."""
    daily_job.close_days()
    daily_job.refresh()

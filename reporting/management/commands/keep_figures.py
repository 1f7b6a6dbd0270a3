"""Counts the figures of the reports without Celery: `manage.py keep_figures`."""

from typing import Any

from django.core.management.base import BaseCommand

from reporting import daily_job


class Command(BaseCommand):
    help = "Close the days that are over and count today's figures: what beat does every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        daily_job.close_days()
        daily_job.refresh()

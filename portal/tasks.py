"""Celery tasks of the portal: deleting old drafts and photos."""

from celery import shared_task

from corrections.photos import evidence
from portal import drafts


@shared_task(name="portal.purge_files")
def purge_files() -> None:
    """Delete drafts without changes for 30 days, and photo files without a row."""
    drafts.purge()
    evidence.purge_files()

"""What Celery runs of the portal: abandoned drafts and their photos are deleted."""

from celery import shared_task

from corrections.photos import evidence
from portal import drafts


@shared_task(name="portal.purge_files")
def purge_files() -> None:
    """Delete drafts that nobody touches any more, and files of photos that no row names."""
    drafts.purge()
    evidence.purge_files()

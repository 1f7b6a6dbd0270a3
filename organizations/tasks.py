"""Celery tasks of organizations."""

from celery import shared_task

from organizations import letters
from organizations.imports.running import forget


@shared_task(name="organizations.tell_staff")
def tell_staff() -> None:
    """Write to imported staff who were not told yet."""
    letters.write_pending()


@shared_task(name="organizations.forget_imports")
def forget_imports() -> None:
    """Delete the rows of imported files when they are no longer needed."""
    forget()

"""What the clock does for organizations."""

from celery import shared_task

from organizations import letters
from organizations.imports.running import forget


@shared_task(name="organizations.tell_staff")
def tell_staff() -> None:
    """Write to staff who were imported and know nothing yet."""
    letters.tell_waiting()


@shared_task(name="organizations.forget_imports")
def forget_imports() -> None:
    """Forget the rows of imported files."""
    forget()

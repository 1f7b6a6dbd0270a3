"""What the clock does for accounts."""

from celery import shared_task

from accounts import cleaning


@shared_task(name="accounts.purge")
def purge() -> None:
    """Forget counters, codes and accounts that nobody needs any more."""
    cleaning.purge()

"""Celery tasks of certificates: what is wanted is made, signed, and listed when it ends."""

import logging
from collections.abc import Callable

from celery import shared_task

from certificates import countersigning, issuing, revocations
from certificates.keys.private import NoKey
from vaxreg import db_time

log = logging.getLogger(__name__)


@shared_task(name="certificates.make_wanted")
def make_wanted() -> None:
    """Let the sites state what is wanted."""
    issuing.make_wanted()


@shared_task(name="certificates.countersign")
def countersign() -> None:
    """Let the centre sign what sites have stated."""
    _unless_keyless(countersigning.countersign_waiting)


@shared_task(name="certificates.renew")
def renew() -> None:
    """Sign again what expires soon."""
    _unless_keyless(countersigning.renew)


@shared_task(name="certificates.resign")
def resign() -> None:
    """Go on with signing by a new key."""
    _unless_keyless(countersigning.go_on_resigning)


@shared_task(name="certificates.keep_list")
def keep_list() -> None:
    """Make the list of what counts no more, when something ended."""
    _unless_keyless(lambda: revocations.keep_list(db_time.now()))


def _unless_keyless(work: Callable[[], object]) -> None:
    try:
        work()
    except NoKey as error:
        # `certificates.health.notice` shows it too: certificates wait until there is a key.
        log.warning("no certificate is signed: %s", error)

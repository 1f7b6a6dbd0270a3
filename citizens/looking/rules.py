"""The limits in force, and how the ministry changes them."""

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from citizens.models import LookingRule
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

# Fields with a number, in the order in which a page asks for them.
NUMBERS = (
    *("ask_hour", "ask_day", "wait_hour", "wait_day", "wait_minutes"),
    *("stop_hour", "stop_day", "break_glass_day"),
)


class ChangedMeanwhile(Exception):
    """Somebody else changed the limits first; nothing was stored."""


def in_force() -> LookingRule:
    """Return the newest limits; those of the product (not stored) before the first change."""
    return LookingRule.objects.first() or LookingRule(version=0, made_at=db_time.now())


def change(wanted: LookingRule, *, instead_of: int, by: "User") -> LookingRule:
    """Put new limits into force from now on. The caller has checked who may do that.

    `instead_of` is the version that the page showed. Raises ChangedMeanwhile.
    """
    if in_force().version != instead_of:
        raise ChangedMeanwhile
    wanted.version, wanted.made_at, wanted.made_by = instead_of + 1, db_time.now(), by
    try:
        with transaction.atomic():
            wanted.save(force_insert=True)
    except IntegrityError:
        raise ChangedMeanwhile from None
    return wanted

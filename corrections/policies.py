"""Which numbers of the rules are in force: the newest version of the policy."""

from datetime import timedelta

from django.db.models import Max
from django.db.models.functions import Greatest

from corrections.foureyes import Reason
from corrections.models import Policy
from vaxreg import clock

# Dispatch 9458/BYT-CNTT (48 hours) and Decree 356/2025/NĐ-CP (2 working days); the rest is ours.
FIRST = {"version": 1, "four_eyes": [reason.value for reason in Reason]}


def current() -> Policy:
    """Return the policy in force; the first one is written when there is none yet."""
    newest = Policy.objects.first()
    if newest is None:
        newest, _made = Policy.objects.get_or_create(
            version=1, defaults={**FIRST, "made_at": clock.now()}
        )
    return newest


def longest() -> timedelta:
    """Return the longest time that any version of the policy has allowed for a decision."""
    hours = Policy.objects.aggregate(most=Max(Greatest("review_hours", "appeal_hours")))["most"]
    return timedelta(hours=hours or current().review_hours)

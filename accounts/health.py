"""Figures of sign-in and a check for alarms: are codes used that were asked for, who fails?"""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Q

from accounts import rate_limits
from accounts.models import Attempt, CodeWay, SignInCode
from accounts.sign_in import codes
from accounts.views.account import WRONG_PRESENT
from accounts.views.factors import WRONG_SECOND_FACTOR
from accounts.views.staff import WRONG_PASSWORD
from vaxreg import db_time
from watching.figures import Figure, measure

ASKED = measure("codes_asked", "Sign-in codes asked for that have not expired")
USED = measure("codes_used", "Those of them that were typed in")
FAILED = measure("sign_ins_failed_last_10_minutes", "Wrong codes, passwords, factors", "kind")
SPENT = measure("codes_spent_ratio", "Share of the codes that an hour may have", "limit")

LATELY = timedelta(minutes=10)
KINDS = {
    codes.WRONG_FOR_NUMBER: "code",
    WRONG_PASSWORD: "password",
    WRONG_PRESENT: "password",
    WRONG_SECOND_FACTOR: "second_factor",
}


def figures() -> Iterator[Figure]:
    """Yield them, from indexes of the last minutes."""
    asked, used = _codes()
    yield ASKED.of(asked)
    yield USED.of(used)
    tries = Attempt.objects.filter(at__gt=db_time.now() - LATELY, purpose__in=KINDS).order_by()
    failed = dict.fromkeys(KINDS.values(), 0)
    for purpose, number in tries.values_list("purpose").annotate(n=Count("pk")):
        failed[KINDS[purpose]] += number
    for kind, number in failed.items():
        yield FAILED.of(number, kind)
    for limit, share in _spent().items():
        yield SPENT.of(share, limit)


def codes_trouble() -> str:
    """Return what speaks for an attack on sign-in by code; empty when nothing does.

    All codes of an hour are spent; or hardly any of those asked for is typed in.
    """
    spent = _spent()
    if spent["asked"] >= 1:
        return (
            f"all {settings.CODES_PER_HOUR} codes of an hour are sent; sign-in by code has stopped"
        )
    if spent["wrong"] >= 1:
        return (
            f"{settings.WRONG_CODES_PER_HOUR} wrong codes were typed in an hour; browsers that never"
            " signed in need a longer one"
        )
    asked, used = _codes()
    if asked >= settings.CODES_USED_FROM and used < settings.CODES_USED * asked:
        return (
            f"of {asked} codes asked for in 10 minutes {used} were typed in: either they do not arrive,"
            " or somebody has them sent for money"
        )
    return ""


def _codes() -> tuple[int, int]:
    """Return the codes that have not expired, those of the hotline apart, and the used ones.

    Expired ones are deleted at any time: a longer while would count too few.
    """
    since = db_time.now() - settings.SIGN_IN_CODE_LIFETIME
    sent = SignInCode.objects.filter(created_at__gt=since).exclude(way=CodeWay.HOTLINE).order_by()
    counts = sent.aggregate(asked=Count("pk"), used=Count("pk", filter=Q(used_at__isnull=False)))
    return counts["asked"], counts["used"]


def _spent() -> dict[str, float]:
    """Return which share of the codes, and of the wrong ones, of an hour is spent."""
    limits = {
        "asked": (codes.SENT_IN_HOUR, settings.CODES_PER_HOUR),
        "wrong": (codes.WRONG_IN_HOUR, settings.WRONG_CODES_PER_HOUR),
    }
    hour = settings.SIGN_IN_HOUR
    return {
        name: rate_limits.count(purpose, rate_limits.EVERYBODY, hour) / most if most else 1.0
        for name, (purpose, most) in limits.items()
    }

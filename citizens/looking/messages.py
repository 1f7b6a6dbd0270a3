"""Messages about looking: to supervisors of a stop, to both sides of an emergency, to who is asked."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from citizens.link_messages import everybody
from citizens.looking.supervisors import supervisors_of
from citizens.models import BreakGlass, LookingReview, LookingStop
from messaging.actions import send, send_to_citizen
from messaging.models import Channel
from vaxreg import ui
from vaxreg.addresses import absolute

if TYPE_CHECKING:
    from accounts.models import User

STOPPED, LIFTED, ASKED = "looking.stopped", "looking.lifted", "looking.asked"
BROKEN = "record.break_glass"


def tell_stopped(stop: LookingStop) -> None:
    """Write to the supervisors that somebody was stopped, and where they see why."""
    for supervisor in supervisors_of(stop.user):
        _write(
            supervisor,
            STOPPED,
            f"{stop.pk}",
            lambda: _("Somebody was stopped from opening records"),
            lambda: (
                _(
                    "%(name)s has opened the records of %(hour)s people in an hour and of %(day)s in a"
                    " day, outside of their own work. Until you or a colleague lift the stop, only their"
                    " own work opens.\n\nWhat was opened, and how to lift it:\n%(page)s"
                )
                % {
                    "name": _name(stop.user),
                    "hour": stop.in_hour,
                    "day": stop.in_day,
                    "page": _page_of(stop.user),
                }
            ),
        )


def tell_lifted(stop: LookingStop) -> None:
    """Write to the person that the stop is lifted, and why."""
    _write(
        stop.user,
        LIFTED,
        f"{stop.pk}",
        lambda: _("You can open records again"),
        lambda: (
            _(
                "%(name)s has lifted the stop. The reason: %(reason)s\n\nOpen only whom your work needs:"
                " each person reads who opened their record."
            )
            % {"name": _name(stop.lifted_by), "reason": stop.lift_reason}
        ),
    )


def tell_asked(review: LookingReview) -> None:
    """Write to the person what the supervisor asks about the records that they opened."""
    _write(
        review.user,
        ASKED,
        f"{review.pk}",
        lambda: _("A question about records that you opened"),
        lambda: (
            _(
                "%(name)s has seen which records you opened outside of your work, and asks:\n\n"
                "%(note)s\n\nPlease answer by e-mail: %(email)s"
            )
            % {"name": _name(review.by), "note": review.note, "email": review.by.email or ""}
        ),
    )


def tell_broken_glass(glass: BreakGlass) -> None:
    """Tell everybody who opens the record, the phones on it, and the supervisors of who opened it."""
    for to in everybody(glass.citizen, but=glass.user):
        texts = ui.in_each_language(lambda: _words_of(glass))
        with translation.override(to.language):
            send_to_citizen(
                purpose=BROKEN,
                phone=to.phone,
                text=texts[to.language],
                texts=texts,
                user_id=to.account,
                may_wait=True,
                dedupe_key=f"{BROKEN}:{glass.pk}:{to.phone or to.account}",
            )
    for supervisor in supervisors_of(glass.user):
        _write(
            supervisor,
            BROKEN,
            f"{glass.pk}:supervisor",
            lambda: _("A record was opened in an emergency"),
            lambda: (
                _(
                    "%(name)s (%(organization)s) has opened one record for 60 minutes, outside of their"
                    " own work. The reason: %(reason)s\n\nThe person was told. See it here:\n%(page)s"
                )
                % {
                    "name": _name(glass.user),
                    "organization": glass.organization.name,
                    "reason": glass.reason,
                    "page": _page_of(glass.user),
                }
            ),
        )


def _words_of(glass: BreakGlass) -> str:
    at = timezone.localtime(glass.at)
    return _(
        "So Tiem: at %(time)s on %(day)s health staff opened a vaccination record of this phone in an"
        " emergency, for 60 minutes. Who and why: %(page)s Not right? Call %(hotline)s."
    ) % {
        "time": formats.time_format(at, "H:i"),
        "day": formats.date_format(at, "j/n"),
        "page": absolute(reverse("record-who")),
        "hotline": ui.hotline().display,
    }


def _page_of(person: "User") -> str:
    return absolute(reverse("looking-person", args=[person.public_id]))


def _name(user: "User | None") -> str:
    return (user.full_name or user.email or "") if user else ""


def _write(
    user: "User", purpose: str, once: str, subject: Callable[[], str], text: Callable[[], str]
) -> None:
    if not user.email:
        return
    with translation.override(user.language):
        send(
            purpose=purpose,
            channel=Channel.EMAIL,
            recipient=user.email,
            subject=subject(),
            text=text(),
            user_id=user.pk,
            dedupe_key=f"{purpose}:{once}:{user.pk}",
        )

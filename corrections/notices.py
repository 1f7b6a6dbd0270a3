"""Who is told what after an event: short texts without personal data, by SMS or e-mail."""

from collections.abc import Callable

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _noop

from corrections.lifecycle import Status
from corrections.models import Correction, CorrectionEvent
from messaging.actions import send
from messaging.models import Channel
from organizations.models import Membership, Organization


def tell(event: CorrectionEvent) -> None:
    """Write the messages that follow from an event; the same event twice writes them once."""
    _TELLERS[event.step](event)


def _tell_citizen(event: CorrectionEvent, text: Callable[[Correction], str], purpose: str) -> None:
    case = event.correction
    user = case.filing.filed_by
    if not user.phone:
        return
    with translation.override(user.language):
        send(
            purpose=purpose,
            channel=Channel.SMS,
            recipient=user.phone,
            text=text(case),
            user_id=user.pk,
            dedupe_key=f"event:{event.pk}:citizen",
        )


def _tell_staff(
    event: CorrectionEvent, organization: Organization | None, subject: str, text: str
) -> None:
    """Write an e-mail to each person who works at the organization now."""
    if organization is None:
        return
    staff = Membership.objects.live().filter(organization=organization, user__is_active=True)
    told = set()
    for membership in staff.select_related("user").order_by("id"):
        user = membership.user
        if not user.email or user.pk in told:
            continue
        told.add(user.pk)
        with translation.override(user.language):
            values = {
                "reference": event.correction.reference,
                "organization": event.correction.holder.name if event.correction.holder else "",
                "due": _moment(event.correction),
                "remark": event.remark,
            }
            send(
                purpose=f"correction.{event.step}",
                channel=Channel.EMAIL,
                recipient=user.email,
                subject=_(subject) % values,
                text=_(text) % values + "\n" + _link(event.correction, "review"),
                user_id=user.pk,
                dedupe_key=f"event:{event.pk}:user:{user.pk}",
            )


def _routed(event: CorrectionEvent) -> None:
    def text(case: Correction) -> str:
        return _("So Tiem: %(reference)s received. Answer due by %(due)s. See %(link)s") % {
            "reference": case.reference,
            "due": _moment(case),
            "link": _link(case, "citizen"),
        }

    _tell_citizen(event, text, "correction.received")


def _decided(event: CorrectionEvent) -> None:
    def text(case: Correction) -> str:
        values = {"reference": case.reference, "link": _link(case, "citizen")}
        if case.status == Status.REFUSED:
            return _("So Tiem: %(reference)s was refused. Why and what next: %(link)s") % values
        return _("So Tiem: %(reference)s is decided, your record is changed: %(link)s") % values

    _tell_citizen(event, text, "correction.decided")


def _reminded(event: CorrectionEvent) -> None:
    _tell_staff(
        event,
        event.correction.holder,
        _noop("%(reference)s is due by %(due)s"),
        _noop("Correction %(reference)s waits at %(organization)s. Due by %(due)s. %(remark)s"),
    )


def _escalated(event: CorrectionEvent) -> None:
    _tell_staff(
        event,
        event.organization,
        _noop("%(reference)s is overdue at %(organization)s"),
        _noop(
            "Correction %(reference)s at %(organization)s was due by %(due)s and is not decided. "
            "You may remind the site, give the case to another one, or decide in its place."
        ),
    )


def _handed_over(event: CorrectionEvent) -> None:
    _tell_staff(
        event,
        event.correction.holder,
        _noop("%(reference)s was given to you, due by %(due)s"),
        _noop("Correction %(reference)s is now at %(organization)s. Due by %(due)s. %(remark)s"),
    )


def _moment(case: Correction) -> str:
    return date_format(localtime(case.due_at), "SHORT_DATETIME_FORMAT")


def _link(case: Correction, audience: str) -> str:
    scheme = "https" if settings.HTTPS else "http"
    folder = {"citizen": "corrections", "review": "review"}[audience]
    return f"{scheme}://{settings.SITE_DOMAIN}/{folder}/{case.reference}/"


_TELLERS: dict[str, Callable[[CorrectionEvent], None]] = {
    "route": _routed,
    "accept": _decided,
    "accept_in_part": _decided,
    "refuse": _decided,
    "remind": _reminded,
    "escalate": _escalated,
    "reassign": _handed_over,
}

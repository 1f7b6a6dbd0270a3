"""Who is told what after an event: short texts without personal data, by SMS or e-mail."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _noop

from accounts.models import User
from citizens.link_messages import Recipient, persons_of, who_in_words
from citizens.models import Citizen, RecordLink
from corrections.lifecycle import Party
from corrections.models import Correction, CorrectionEvent
from corrections.routing import desks
from messaging.actions import send, send_to_citizen
from messaging.models import Channel
from organizations.models import Membership, Organization
from vaxreg import ui
from vaxreg.addresses import absolute

# How many cases a message about many cases names.
MOST_NAMED = 10


def tell(event: CorrectionEvent) -> None:
    """Create the messages about an event; for the same event they are created once."""
    _TELLERS[event.step](event)


def tell_of_many(events: Sequence[CorrectionEvent]) -> None:
    """Create one message per member of staff of one organization, about many cases.

    The cases passed a milestone, or an officer reminded of them or gave them to it. All events are
    of one step and one organization (OutboxRow.bundle). Cases that were closed or moved in the
    meantime are left out; if one is left, its usual message is created.
    """
    told = _told(events[0])
    current = [event for event in events if event.correction.is_open and _told(event) == told]
    if len(current) == 1:
        tell(current[0])
    elif current:
        _tell_of_many(current)


def _tell_of_many(events: list[CorrectionEvent]) -> None:
    first = events[0]
    subject, text, folder = _OF_MANY[first.step]
    cases = [event.correction for event in events]
    shown = sorted(cases, key=lambda case: case.due_at)[:MOST_NAMED]
    for user in _staff_of(_told(first)):
        if user.pk == first.by_id:
            continue
        with translation.override(user.language):
            values = {"cases": number_format(len(cases), force_grouping=True)}
            lines = [
                _("%(reference)s: due by %(due)s, at %(organization)s")
                % {
                    "reference": case.reference,
                    "due": _moment(case),
                    "organization": case.holder.name if case.holder else "–",
                }
                for case in shown
            ]
            if len(cases) > len(shown):
                lines.append(_("… and more, in the list."))
            said = ["", first.remark_shown] if first.remark else []
            send(
                purpose=f"correction.{first.step}.digest",
                channel=Channel.EMAIL,
                recipient=user.email or "",
                subject=_(subject) % values,
                text="\n".join([_(text) % values, *said, "", *lines, "", absolute(f"/{folder}")]),
                user_id=user.pk,
                dedupe_key=f"events:{first.pk}-{events[-1].pk}:user:{user.pk}",
                may_wait=True,
            )


def _told(event: CorrectionEvent) -> Organization | None:
    """Return the organization whose staff get a message about many cases."""
    by_officer = event.party == Party.OVERSEER
    return event.correction.holder if by_officer else event.organization


def _tell_citizen(event: CorrectionEvent, text: Callable[[Correction], str], purpose: str) -> None:
    case = event.correction
    user, filing = case.filing.filed_by, case.filing
    phone, language = filing.answer_phone, filing.answer_language
    if filing.is_on_behalf:
        account = _own_account(case)
        told = [Recipient(phone, language, account)] if phone or account else []
    elif not phone and not user.has_vneid:
        told = []
    else:
        told = [Recipient(phone, language, user.pk)]
        if _has_lost_the_record(user, case):
            told = persons_of(case.citizen, besides=user) or told
    texts = ui.in_each_language(lambda: text(case))
    for number, to in enumerate(told):
        with translation.override(to.language):
            send_to_citizen(
                purpose=purpose,
                phone=to.phone,
                text=texts[to.language],
                texts=texts,
                user_id=to.account,
                dedupe_key=message_key(event.pk) + (f":{number}" if number else ""),
                may_wait=True,
            )


def _has_lost_the_record(user: User, case: Correction) -> bool:
    """Whether who filed could open the record and cannot any more: a guardian, a relative."""
    links = RecordLink.objects.filter(user=user, citizen__in=Citizen.objects.whole(case.citizen))
    return links.exists() and not links.live().exists()


def message_key(event_id: int) -> str:
    """Return the de-duplication key of the SMS about an event: the citizen gets one at most."""
    return f"event:{event_id}:citizen"


def _own_account(case: Correction) -> int | None:
    """Return the id of the user whose inbox shows a caller's messages: the record's own account."""
    links = RecordLink.objects.live().filter(
        citizen=case.citizen_id, relation=RecordLink.Relation.SELF
    )
    return links.values_list("user_id", flat=True).first()


def _staff_of(organization: Organization | None) -> list[User]:
    """Return everybody who works at the organization now and has an e-mail address, each once."""
    if organization is None:
        return []
    staff = Membership.objects.live().filter(organization=organization).can_be_told()
    return list(User.objects.filter(pk__in=staff.values("user")).order_by("pk"))


def _tell_staff(
    event: CorrectionEvent, organization: Organization | None, subject: str, text: str
) -> None:
    """Create an e-mail for everybody who works at the organization now, except the actor."""
    for user in _staff_of(organization):
        if user.pk == event.by_id:
            continue
        with translation.override(user.language):
            values = {
                "reference": event.correction.reference,
                "organization": event.correction.holder.name if event.correction.holder else "",
                "due": _moment(event.correction),
                "remark": event.remark_shown,
            }
            send(
                purpose=f"correction.{event.step}",
                channel=Channel.EMAIL,
                recipient=user.email or "",
                subject=_(subject) % values,
                text=_(text) % values + "\n" + _link(event.correction, "review"),
                user_id=user.pk,
                dedupe_key=f"event:{event.pk}:user:{user.pk}",
                may_wait=True,
                # Many cases that were handed over or reminded of together make one e-mail.
                digest=f"correction.{event.step}",
            )


def _routed(event: CorrectionEvent) -> None:
    def text(case: Correction) -> str:
        return _("So Tiem: %(reference)s received. Answer due by %(due)s. See %(link)s") % {
            "reference": case.reference,
            "due": _moment(case),
            "link": _link(case, "citizen"),
        }

    _tell_citizen(event, text, "correction.received")
    _tell_person(event)


def _tell_person(event: CorrectionEvent) -> None:
    """Tell the person of a record what a relative whom they agreed to has filed for them."""
    case = event.correction
    filer = case.filing.filed_by
    agreed = RecordLink.objects.filter(
        user=filer,
        citizen__in=Citizen.objects.whole(case.citizen),
        relation=RecordLink.Relation.RELATIVE,
    )
    if case.filing.is_on_behalf or not agreed.exists():
        return
    for to in persons_of(case.citizen, besides=filer):

        def words() -> str:
            return _(
                "So Tiem: %(who)s reported something about your vaccination record: %(reference)s."
                " See %(link)s"
            ) % {
                "who": who_in_words(filer),
                "reference": case.reference,
                "link": _link(case, "citizen"),
            }

        texts = ui.in_each_language(words)
        with translation.override(to.language):
            send_to_citizen(
                purpose="correction.filed_for_you",
                phone=to.phone,
                text=texts[to.language],
                texts=texts,
                user_id=to.account,
                dedupe_key=f"event:{event.pk}:person:{to.phone or to.account}",
                may_wait=True,
            )


def _sms(purpose: str, sentence: str) -> Callable[[CorrectionEvent], None]:
    """Return a function that creates a short text message to the citizen."""

    def tell_citizen(event: CorrectionEvent) -> None:
        def text(case: Correction) -> str:
            return _(sentence) % {
                "reference": case.reference,
                "link": _link(case, "citizen"),
                "due": _moment(case),
                "answer_by": _shown(case.answer_by) if case.answer_by else "",
            }

        _tell_citizen(event, text, purpose)

    return tell_citizen


def _reminded(event: CorrectionEvent) -> None:
    _tell_staff(
        event,
        event.correction.holder,
        _noop("%(reference)s is due by %(due)s"),
        _noop("Case %(reference)s waits at %(organization)s. Due by %(due)s. %(remark)s"),
    )


def _escalated(event: CorrectionEvent) -> None:
    _tell_staff(
        event,
        event.organization,
        _noop("%(reference)s is overdue at %(organization)s"),
        _noop(
            "Case %(reference)s at %(organization)s was due by %(due)s and is not decided. You "
            "may remind the site, give it to another one, or decide in its place."
        ),
    )


def _handed_over(event: CorrectionEvent) -> None:
    _tell_staff(
        event,
        event.correction.holder,
        _noop("%(reference)s was given to you, due by %(due)s"),
        _noop("Case %(reference)s is now at %(organization)s. Due by %(due)s. %(remark)s"),
    )


def _inherited(event: CorrectionEvent) -> None:
    """Tell the organization that got all cases of a holder that cannot act any more, once."""
    for user in _staff_of(event.organization):
        with translation.override(user.language):
            values = {
                "closed": event.data["from"],
                "organization": event.data["to"],
                "cases": number_format(event.data["cases"], force_grouping=True),
            }
            send(
                purpose="correction.inherit",
                channel=Channel.EMAIL,
                recipient=user.email or "",
                subject=_("Open cases of %(closed)s are yours now: %(cases)s") % values,
                text=(
                    _(
                        "%(closed)s has closed. %(cases)s open cases are at %(organization)s now. Their "
                        "deadlines stay what they were."
                    )
                    if event.data.get("closed", True)
                    else _(
                        "Nobody decides at %(closed)s any more. %(cases)s open cases are at %(organization)s "
                        "now. Their deadlines stay what they were."
                    )
                )
                % values
                + "\n"
                + absolute("/review/"),
                user_id=user.pk,
                dedupe_key=f"event:{event.pk}:user:{user.pk}",
                may_wait=True,
            )


def _put_forward(event: CorrectionEvent) -> None:
    """Tell colleagues; if nobody else works at the holder, the level above."""
    case = event.correction
    colleagues = [user for user in _staff_of(case.holder) if user.pk != event.by_id]
    _tell_staff(
        event,
        case.holder if colleagues else desks.next_level(case.holder),
        _noop("%(reference)s waits for a second person"),
        _noop(
            "Case %(reference)s at %(organization)s was decided by one person and needs a second "
            "one. Due by %(due)s."
        ),
    )


def _handed_back(event: CorrectionEvent) -> None:
    _tell_staff(
        event,
        event.correction.holder,
        _noop("%(reference)s was sent back by a second person"),
        _noop("Case %(reference)s is to be reviewed again by %(due)s. %(remark)s"),
    )


def _appealed(event: CorrectionEvent) -> None:
    _sms(
        "correction.appealed",
        _noop("So Tiem: your appeal on %(reference)s is recorded. Answer due by %(due)s: %(link)s"),
    )(event)
    _tell_staff(
        event,
        event.correction.holder,
        _noop("Appeal %(reference)s, due by %(due)s"),
        _noop("An appeal on case %(reference)s waits at %(organization)s. Due by %(due)s."),
    )


def _reopened(event: CorrectionEvent) -> None:
    _tell_staff(
        event,
        event.correction.holder,
        _noop("%(reference)s is opened again, due by %(due)s"),
        _noop(
            "The citizen says that the record is still wrong. Case %(reference)s waits at "
            "%(organization)s. Due by %(due)s."
        ),
    )


def _moment(case: Correction) -> str:
    return _shown(case.due_at)


def _shown(moment: datetime) -> str:
    return date_format(localtime(moment), "SHORT_DATETIME_FORMAT")


def _link(case: Correction, audience: str) -> str:
    if audience == "review" and case.triage_due_at is not None:
        return absolute(f"/pool/route/?case={case.reference}")
    folder = {"citizen": "corrections", "review": "review"}[audience]
    return absolute(f"/{folder}/{case.reference}/")


_accepted = _sms(
    "correction.decided",
    _noop("So Tiem: %(reference)s is decided, the record is changed: %(link)s"),
)
_matching = _sms(
    "correction.decided",
    _noop(
        "So Tiem: %(reference)s matches the National Population Database, the record is changed: "
        "%(link)s"
    ),
)


_on_record = _sms(
    "correction.decided",
    _noop("So Tiem: %(reference)s is decided, the record says so now: %(link)s"),
)


def _accepted_by(event: CorrectionEvent) -> None:
    """Tell the citizen what decided, if it was no person, and if the record says it already."""
    if event.data.get("source") == Correction.Source.POPULATION:
        return _matching(event)
    return (_on_record if event.data.get("basis") == "on_record" else _accepted)(event)


_OF_MANY = {
    "reassign": (
        _noop("%(cases)s cases were given to you"),
        _noop("%(cases)s cases were given to you. The most urgent:"),
        "review/",
    ),
    "remind": (
        _noop("%(cases)s cases wait for your answer"),
        _noop("%(cases)s cases wait at your desk. The most urgent:"),
        "review/",
    ),
    "escalate": (
        _noop("%(cases)s cases are overdue"),
        _noop(
            "%(cases)s cases were not answered in time. You may remind the sites, give them to "
            "other ones, or decide in their place. Overdue for longest:"
        ),
        "oversight/",
    ),
}
_TELLERS: dict[str, Callable[[CorrectionEvent], None]] = {
    "route": _routed,
    # By the office that recorded it; who withdraws their own is not told that they did.
    "withdraw": _sms(
        "correction.withdrawn",
        _noop(
            "So Tiem: %(reference)s was recorded by mistake and is withdrawn. If you did report it,"
            " report it again: %(link)s"
        ),
    ),
    "accept": _accepted_by,
    "accept_in_part": _accepted,
    "countersign": _accepted,
    "countersign_in_part": _accepted,
    "overturn": _accepted,
    "overturn_in_part": _accepted,
    "refuse": _sms(
        "correction.decided",
        _noop("So Tiem: %(reference)s was refused. Why and what next: %(link)s"),
    ),
    "cannot_confirm": _sms(
        "correction.decided",
        _noop(
            "So Tiem: %(reference)s cannot be confirmed. Where was searched, what next: %(link)s"
        ),
    ),
    "uphold": _sms(
        "correction.decided",
        _noop("So Tiem: your appeal on %(reference)s was refused. Why: %(link)s"),
    ),
    "ask": _sms(
        "correction.asked",
        _noop("So Tiem: a question about %(reference)s. Please answer by %(answer_by)s: %(link)s"),
    ),
    "expire": _sms(
        "correction.expired",
        _noop("So Tiem: %(reference)s was closed, no answer came. To open it again: %(link)s"),
    ),
    "put_forward": _put_forward,
    "hand_back": _handed_back,
    "appeal": _appealed,
    "reopen": _reopened,
    "pass_on": _handed_over,
    "remind": _reminded,
    "escalate": _escalated,
    "reassign": _handed_over,
    "inherit": _inherited,
}

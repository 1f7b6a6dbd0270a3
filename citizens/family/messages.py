"""Messages of families: an adult is asked to agree; a link ends soon; it has come to its end."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from citizens import link_messages
from citizens.family.majority import adult_from
from citizens.link_messages import Recipient
from citizens.models import Citizen, ConsentRequest, RecordLink
from messaging.actions import send, send_to_citizen
from messaging.models import Channel
from vaxreg import ui
from vaxreg.addresses import absolute

if TYPE_CHECKING:
    from accounts.models import User

CODE, ASKED, ENDS_SOON = "record.consent_code", "record.consent_asked", "record.ends_soon"
CODE_FOR = timedelta(hours=24)
Relation = RecordLink.Relation


def tell_of_request(request: ConsentRequest, record: Citizen, *, phone: str, code: str) -> None:
    """Send the code to the phone on the record, if there is one; tell the adult's own accounts.

    An account with that phone gets the message with the code alone.
    """
    if code:
        _send_code(request, phone, code)
    for to in link_messages.own_accounts(record):
        if to.phone != phone and not to.is_account_of(request.user):
            texts = ui.in_each_language(lambda: _words_of_request(request.user))
            with translation.override(to.language):
                send_to_citizen(
                    purpose=ASKED,
                    phone=to.phone,
                    text=texts[to.language],
                    texts=texts,
                    user_id=to.account,
                    may_wait=True,
                    dedupe_key=f"{ASKED}:{request.pk}:{to.account}",
                )


def tell_ends_soon(link: RecordLink) -> None:
    """Tell whose link it is, and whose record it is, on which day it ends."""
    day = link_messages.last_day(link)
    _tell(link, ENDS_SOON, Recipient.of(link.user), _soon_to_user, f"{link.pk}:{day}")
    for to in link_messages.persons_of(link.citizen, besides=link.user):
        _tell(link, ENDS_SOON, to, _soon_to_person, _of_person(link))


def tell_came_to_its_end(link: RecordLink) -> None:
    """Tell both that a link has ended by itself."""
    _tell(link, link_messages.ENDED, Recipient.of(link.user), _over_to_user, str(link.pk))
    for to in link_messages.persons_of(link.citizen, besides=link.user):
        _tell(link, link_messages.ENDED, to, _over_to_person, _of_person(link))


def _tell(
    link: RecordLink,
    purpose: str,
    to: Recipient,
    words: Callable[[RecordLink], str],
    once: str,
) -> None:
    link_messages.tell(link, purpose, to, lambda: words(link), may_wait=True, once=once)


def _of_person(link: RecordLink) -> str:
    """Return the key of what the person is told once: a young person of the links of two parents."""
    day = link_messages.last_day(link)
    who = link.user_id if link.relation == Relation.RELATIVE else "guardians"
    return f"record {link.citizen.kept.pk}:{who}:{day}"


def _send_code(request: ConsentRequest, phone: str, code: str) -> None:
    user = get_user_model().objects.filter(phone=phone, closed_at=None).first()
    with translation.override(user.language if user else "vi"):
        text = _(
            "So Tiem: %(who)s asks to see your vaccination record and to report for you until %(last)s."
            " If you agree, tell them this code: %(code)s. If not, tell it to nobody."
        ) % {
            "who": link_messages.who_in_words(request.user),
            "last": formats.date_format(request.last_day, "j/n/Y"),
            "code": code,
        }
        send(
            purpose=CODE,
            channel=Channel.SMS,
            recipient=phone,
            text=text,
            user_id=user.pk if user else None,
            is_secret=True,
            useless_after=request.asked_at + CODE_FOR,
        )


def _words_of_request(user: "User") -> str:
    text = _(
        "So Tiem: %(who)s asks to see your vaccination record and to report for you. Agree or refuse:"
        " %(page)s"
    )
    page = absolute(reverse("record-who"))
    return text % {"who": link_messages.who_in_words(user), "page": page}


def _is_coming_of_age(link: RecordLink) -> bool:
    """Whether the link ends on the 18th birthday; older links to adults have another end."""
    return link.relation == Relation.GUARDIAN and adult_from(link.citizen.kept.born) == link.ends_at


def _soon_to_user(link: RecordLink) -> str:
    if _is_coming_of_age(link):
        text = _(
            "So Tiem: a child whose vaccination record you open turns 18 on %(day)s. From then on it"
            " opens for them alone. Put their own phone number on it: %(page)s"
        )
    else:
        text = _(
            "So Tiem: a vaccination record of your family opens for you until %(last)s. If the person"
            " agrees, ask again: %(page)s"
        )
    return text % _values(link)


def _soon_to_person(link: RecordLink) -> str:
    if _is_coming_of_age(link):
        text = _(
            "So Tiem: you turn 18 on %(day)s. From then on your vaccination record opens for you alone."
            " Open it with this phone: %(page)s"
        )
    else:
        text = _(
            "So Tiem: %(who)s sees your vaccination record until %(last)s. There is nothing to do;"
            " they may ask you again."
        )
    return text % _values(link)


def _over_to_user(link: RecordLink) -> str:
    if _is_coming_of_age(link):
        return _(
            "So Tiem: a child whose vaccination record you opened is 18 now. It opens for them alone."
        )
    text = _(
        "So Tiem: the last day has come on which a vaccination record of your family opened for you."
        " If the person agrees, ask again: %(page)s"
    )
    return text % _values(link)


def _over_to_person(link: RecordLink) -> str:
    if _is_coming_of_age(link):
        text = _(
            "So Tiem: you are 18 now. Your vaccination record opens for you alone, with this phone:"
            " %(page)s"
        )
    else:
        text = _("So Tiem: your vaccination record does not open for %(who)s any more.")
    return text % _values(link)


def _values(link: RecordLink) -> dict[str, str]:
    ends_at = timezone.localtime(link.ends_at) if link.ends_at else None
    return {
        "day": formats.date_format(ends_at, "j/n/Y") if ends_at else "",
        "last": link_messages.last_day(link),
        "who": link_messages.who_in_words(link.user),
        "page": absolute(reverse("record")),
    }

"""Messages about the links to a record: who asks, who opened it, whose link ended.

They go to the phones on the record and to everybody else who opens it. The address in a message
about a new link ends that link, without a sign-in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.core import signing
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from citizens.masking import mask_phone
from citizens.models import Citizen, RecordLink
from messaging.actions import send_to_citizen
from vaxreg import ui
from vaxreg.addresses import absolute

if TYPE_CHECKING:
    from accounts.models import User

# How long the address in a message can end a link.
OBJECT_WITHIN = timedelta(days=30)
# Purposes of the messages.
ASKED, OPENED, ENDED = "record.asked", "record.opened", "record.ended"
MERGED = "record.merged"
PHOTOS_SEEN, PHOTOS_ANSWERED = "record.photos_seen", "record.photos_answered"
Proof = RecordLink.Proof
_signer = signing.TimestampSigner(salt="citizens.links")


def objection_token(link: RecordLink) -> str:
    """Return what the address in a message about this link ends with."""
    return _signer.sign(str(link.pk))


def link_of_token(token: str) -> RecordLink | None:
    """Return the link that the token of a message names; None for a wrong or old one."""
    try:
        key = _signer.unsign(token, max_age=OBJECT_WITHIN)
    except signing.BadSignature:
        return None
    return RecordLink.objects.filter(pk=key).select_related("user", "citizen").first()


def phones_to_tell(asker: "User", citizen: Citizen) -> dict[str, tuple[str, int | None]]:
    """Return the phones on the record and of those who open it, with language and account."""
    whole = Citizen.objects.whole(citizen)
    links = RecordLink.objects.live().filter(citizen__in=whole, user__phone_verified=True)
    holders = links.exclude(user=asker).select_related("user")
    phones: dict[str, tuple[str, int | None]] = {
        str(link.user.phone): (link.user.language, link.user.pk)
        for link in holders
        if link.user.phone
    }
    on_record = set(whole.exclude(phone="").values_list("phone", flat=True)) - set(phones)
    accounts: dict[str, tuple[str, int | None]] = {
        str(user.phone): (user.language, user.pk)
        for user in get_user_model().objects.filter(phone__in=on_record, closed_at=None)
    }
    phones |= {phone: accounts.get(phone, ("vi", None)) for phone in sorted(on_record)}
    phones.pop(asker.phone or "", None)
    return phones


def tell_of_new(link: RecordLink, purpose: str) -> None:
    """Tell the phones on the record and everybody who opens it, but not who has this link."""
    page = absolute(reverse("record-not-me", args=[objection_token(link)]))
    for to in _others(link):
        tell(link, purpose, to, lambda: _words(link, purpose, page))
    if link.relation == RecordLink.Relation.RELATIVE:
        # Somebody else has agreed, perhaps while the relative was not there.
        tell(link, purpose, Recipient.of(link.user), lambda: _words_to_relative(link))


def tell_of_merge(part: Citizen, kept: Citizen) -> None:
    """Tell everybody who opens one of the two records that both are one from now on."""
    people = RecordLink.objects.live().filter(
        citizen__in=[*Citizen.objects.whole(part), *Citizen.objects.whole(kept)]
    )
    for link in people.select_related("user").order_by("user", "pk").distinct("user"):
        once = f"{part.pk}:{kept.pk}:{link.pk}"
        tell(link, MERGED, Recipient.of(link.user), _words_of_merge, may_wait=True, once=once)


def _words_of_merge() -> str:
    return _(
        "So Tiem: two vaccination records were found to be of one person and are one now. See whether"
        " all doses are yours: %(page)s Not right? Call %(hotline)s."
    ) % {"page": absolute(reverse("record")), "hotline": ui.hotline().display}


def tell_of_end(link: RecordLink, *, by: "User | None", was_open: bool) -> None:
    """Tell whose link has ended, the phones on the record and everybody who opens it; not `by`.

    Who has only asked is told nothing: it would tell that there is such a record. `by` is None for
    whoever got the message about the link.
    """
    everybody = _others(link) if was_open or by is not None else []
    if was_open:
        everybody.append(Recipient.of(link.user))
    for to in everybody:
        if by is None or not to.is_account_of(by):
            tell(link, ENDED, to, lambda to=to: _words_of_end(link, to, was_open))  # type: ignore[misc]


@dataclass(frozen=True)
class Recipient:
    """Who is told: a phone (E.164), an account without one, or a phone that has an account."""

    phone: str
    language: str
    account: int | None

    @classmethod
    def of(cls, user: "User") -> "Recipient":
        return cls(user.phone or "", user.language, user.pk)

    def is_account_of(self, user: "User") -> bool:
        """Whether the message would reach this user."""
        return self.account == user.pk or (bool(self.phone) and self.phone == user.phone)


def persons_of(record: Citizen, *, besides: "User") -> list[Recipient]:
    """Return where the person of a record is told: own accounts, and phones on it.

    Without the phones of guardians and relatives, of now or before, and without `besides`.
    """
    whole = Citizen.objects.whole(record)
    family = RecordLink.objects.filter(citizen__in=whole).exclude(relation=RecordLink.Relation.SELF)
    own = [one for one in own_accounts(record) if not one.is_account_of(besides)]
    known = {one.phone for one in own} | set(family.values_list("user__phone", flat=True))
    phones = set(whole.exclude(phone="").values_list("phone", flat=True)) - known - {besides.phone}
    users = {
        one.phone: one for one in get_user_model().objects.filter(phone__in=phones, closed_at=None)
    }
    return own + [
        Recipient.of(users[phone]) if phone in users else Recipient(phone, "vi", None)
        for phone in sorted(phones)
    ]


def own_accounts(record: Citizen) -> list[Recipient]:
    """Return the accounts of the person of a record."""
    links = RecordLink.objects.live().filter(
        citizen__in=Citizen.objects.whole(record), relation=RecordLink.Relation.SELF
    )
    return [Recipient.of(link.user) for link in links.select_related("user").order_by("pk")]


def everybody(citizen: Citizen, *, but: "User") -> list[Recipient]:
    """Return the phones on the record and everybody who opens it, without one account."""
    phones = phones_to_tell(but, citizen)
    told = [Recipient(phone, *known) for phone, known in phones.items()]
    whole = Citizen.objects.whole(citizen)
    without_phone = RecordLink.objects.live().filter(citizen__in=whole, user__phone=None)
    rows = without_phone.exclude(user=but).select_related("user")
    return told + [Recipient.of(one.user) for one in rows.order_by("user").distinct("user")]


def _others(link: RecordLink) -> list[Recipient]:
    return everybody(link.citizen, but=link.user)


def tell(
    link: RecordLink,
    purpose: str,
    to: Recipient,
    words: Callable[[], str],
    *,
    may_wait: bool = False,
    once: str = "",
) -> None:
    """Write one message about a link; a recipient is told of the same thing (`once`) once."""
    write(purpose, to, words, once=once or str(link.pk), may_wait=may_wait)


def write(
    purpose: str, to: Recipient, words: Callable[[], str], *, once: str, may_wait: bool = False
) -> None:
    """Write one message about a record, in each language; a recipient is told `once` of a thing."""
    texts = ui.in_each_language(words)
    with translation.override(to.language):
        send_to_citizen(
            purpose=purpose,
            phone=to.phone,
            text=texts[to.language],
            texts=texts,
            user_id=to.account,
            may_wait=may_wait,
            dedupe_key=f"{purpose}:{once}:{to.phone or to.account}",
        )


def who_in_words(user: "User") -> str:
    """Return an account as an SMS names it: by the end of its phone number."""
    if not user.phone:
        return _("an account with VNeID")
    return _("the phone ending in %(ending)s") % {"ending": mask_phone(user.phone)[-3:]}


def last_day(link: RecordLink) -> str:
    """Return the last day of a link that ends by itself, in short: 5/9/2027."""
    if link.ends_at is None:
        return ""
    return formats.date_format(timezone.localtime(link.ends_at - timedelta(seconds=1)), "j/n/Y")


def _words_to_relative(link: RecordLink) -> str:
    text = _(
        "So Tiem: the person has agreed. Their vaccination record opens for you until %(last)s:"
        " %(page)s"
    )
    return text % {"last": last_day(link), "page": absolute(reverse("record"))}


def _words_of_end(link: RecordLink, to: Recipient, was_open: bool) -> str:
    if to.is_account_of(link.user):
        return _(
            "So Tiem: a vaccination record that you could open does not open for you any more. Not"
            " right? Ask the commune health station or call %(hotline)s."
        ) % {"hotline": ui.hotline().display}
    text = (
        _(
            "So Tiem: a vaccination record that you can open or that has your number does not open"
            " for %(who)s any more."
        )
        if was_open
        else _("So Tiem: the request of %(who)s to open a vaccination record of yours was stopped.")
    )
    return text % {"who": who_in_words(link.user)}


def _words(link: RecordLink, purpose: str, page: str) -> str:
    since = timezone.localtime(link.since)
    values = {
        "ending": mask_phone(link.user.phone)[-3:],
        "time": formats.time_format(since, "H:i"),
        "day": formats.date_format(since, "j/n"),
        "page": page,
        "who": who_in_words(link.user),
    }
    by_vneid = link.proven_by == Proof.VNEID
    if link.relation == RecordLink.Relation.RELATIVE:
        text = _(
            "So Tiem: as agreed, %(who)s sees a vaccination record of yours and reports for you, until"
            " %(last)s. Not right? End it: %(page)s"
        )
        return text % {"who": who_in_words(link.user), "last": last_day(link), "page": page}
    if purpose == OPENED and by_vneid:
        text = _(
            "So Tiem: the person named on a vaccination record of this phone opened it with VNeID at"
            " %(time)s on %(day)s. Not right? Stop it: %(page)s"
        )
    elif purpose == OPENED and not link.user.phone:
        text = _(
            "So Tiem: somebody with VNeID opened a vaccination record that you can open or that has"
            " your number. Not right? Stop it: %(page)s"
        )
    elif purpose == OPENED:
        text = _(
            "So Tiem: a phone ending in %(ending)s opened a vaccination record that you can open or"
            " that has your number. Not right? Stop it: %(page)s"
        )
    elif purpose == PHOTOS_SEEN:
        text = _(
            "So Tiem: health staff saw photos of a person with the card of a record of this phone. It"
            " opens for %(who)s at %(time)s on %(day)s. Not you? Stop it: %(page)s"
        )
    elif link.needs_confirmation and link.user.phone and not by_vneid:
        text = _(
            "So Tiem: a phone ending in %(ending)s asks to open a vaccination record of this phone."
            " Health staff look at it first. Not you? Stop it: %(page)s"
        )
    elif link.needs_confirmation:
        text = _(
            "So Tiem: somebody with VNeID asks to open a vaccination record of this phone. Health"
            " staff look at the papers first. Not right? Stop it: %(page)s"
        )
    elif not link.user.phone:
        text = _(
            "So Tiem: somebody with VNeID asks to open a vaccination record of this phone. Not right?"
            " Stop it before %(time)s on %(day)s: %(page)s"
        )
    else:
        text = _(
            "So Tiem: a phone ending in %(ending)s asks to open a vaccination record of this "
            "phone. Not you? Stop it before %(time)s on %(day)s: %(page)s"
        )
    return text % values

"""Who can open a record: what its page shows of each link, open, waiting or ended lately."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from citizens import links
from citizens.access import records_of
from citizens.masking import mask_name
from citizens.models import Citizen, RecordLink, RecordLinkQuerySet, RecordVisit
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

# For this long the page shows a link that has ended.
ENDED_SHOWN = timedelta(days=90)
MOST_ENDED = 20
Proof = RecordLink.Proof
Relation = RecordLink.Relation


@dataclass(frozen=True)
class HolderRow:
    """One link in the words of its reader. `who` is "" for the reader's own."""

    link: RecordLink
    who: str
    last_used: datetime | None
    is_waiting: bool
    may_end: bool
    # When it has ended, and by whom in words; None and "" while it stands.
    ended_at: datetime | None
    ended: str

    @property
    def last_day(self) -> datetime | None:
        """The day on which it ends by itself: of a child the 18th birthday, else the last day."""
        end = self.link.ends_at
        if end is None or self.link.relation == Relation.GUARDIAN:
            return end
        return end - timedelta(seconds=1)

    @property
    def is_mine(self) -> bool:
        return not self.who

    @property
    def relation(self) -> str:
        """How its user is related to the person, in words for this reader."""
        if self.link.relation == Relation.SELF and not self.is_mine:
            return _("the person named on the record")
        return self.link.get_relation_display()


def open_to(user: "User") -> list[tuple[Citizen, bool]]:
    """Return the records that the user may open, their own first, each with whether it is."""
    own = RecordLink.objects.live().filter(user=user, relation=Relation.SELF)
    parts = {link.citizen.kept.pk for link in own.select_related("citizen__merged_into")}
    found = records_of(user).order_by("pk")
    return sorted(((one, one.pk in parts) for one in found), key=lambda pair: not pair[1])


def rows(record: Citizen, reader: "User") -> list[HolderRow]:
    """Return the links to a record that the reader may open: those that stand, oldest first."""
    stand = _with_use(record).standing().order_by("asked_at", "pk")
    return [_row(link, reader) for link in stand]


def ended_rows(record: Citizen, reader: "User") -> list[HolderRow]:
    """Return the links that have ended lately, the last one first."""
    now = db_time.now()
    over = Coalesce("until", "ends_at")
    ended = _with_use(record).annotate(over=over).filter(over__range=(now - ENDED_SHOWN, now))
    return [_row(link, reader) for link in ended.order_by("-over", "-pk")[:MOST_ENDED]]


def is_last_guardian(link: RecordLink) -> bool:
    """Whether nobody could open the record of a child any more, once this link has ended."""
    whole = Citizen.objects.whole(link.citizen)
    others = RecordLink.objects.live().filter(citizen__in=whole).exclude(pk=link.pk)
    return link.relation == Relation.GUARDIAN and not links.is_waiting(link) and not others.exists()


def name_of(user: "User") -> str:
    """Return an account as others see it: the name masked, if it has one, and the phone."""
    return " · ".join(part for part in (mask_name(user.full_name), user.shown_as) if part)


def _with_use(record: Citizen) -> RecordLinkQuerySet:
    """Return all links to the record; `last_used` is when their user last read it, or None."""
    read = RecordVisit.objects.filter(
        citizen=Coalesce(OuterRef("citizen__merged_into"), OuterRef("citizen")),
        user=OuterRef("user"),
        why__in=links.READ_BY_HOLDERS,
    )
    return (
        RecordLink.objects.filter(citizen__in=Citizen.objects.whole(record))
        .annotate(last_used=Subquery(read.order_by("-at").values("at")[:1]))
        .select_related("user", "ended_by", "citizen__merged_into")
    )


def _row(link: RecordLink, reader: "User") -> HolderRow:
    over = link.until or (link.ends_at if link.ends_at and link.ends_at <= db_time.now() else None)
    return HolderRow(
        link=link,
        who="" if link.user_id == reader.pk else name_of(link.user),
        last_used=link.last_used,  # type: ignore[attr-defined]
        is_waiting=links.is_waiting(link),
        may_end=over is None and links.may_end(reader, link),
        ended_at=over,
        ended=_ended_by(link, reader) if over else "",
    )


def _ended_by(link: RecordLink, reader: "User") -> str:
    by = link.ended_by
    if by is None and (link.until is None or link.has_expired):
        return _("its last day came")
    if by is None:
        return _("by the message about it")
    if by.pk == reader.pk:
        return _("by you")
    if by.pk == link.user_id:
        return _("by that person")
    if not by.phone and by.email:
        return _("by health staff")
    return _("by %(who)s") % {"who": name_of(by)}

"""Who is told of an act over many doses: each person of their dose, the site that gets the doses."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from doses import facts
from doses.models import Dose, DoseRevision
from messaging.actions import send
from messaging.models import Channel
from organizations.models import Membership, Organization
from recording.imports.models import RECORDING_ROLES
from review.models import ManyChange, ManyChangeDose
from review.own_doses.messages import tell_of_change
from vaxreg.addresses import absolute


def tell_of_undoing(change: ManyChange, row: ManyChangeDose, dose: Dose) -> None:
    """Tell the person that their dose is as it was before the act."""
    revisions = DoseRevision.objects.filter(dose=dose, number__in=(row.written, row.undone))
    changed, restored = map(
        facts.facts_of, revisions.select_related("vaccine", "organization").order_by("number")
    )
    tell_of_change(
        dose,
        changed,
        {name: value for name, value in restored.items() if value != changed[name]},
        organization=change.organization,
        by=change.ended_by or change.made_by,
        may_wait=True,
    )


def tell_receiver(change: ManyChange) -> None:
    """Write to the site to which doses came, or from which they went again; else to nobody."""
    if change.receiver is None:
        return
    is_undone = change.state in (ManyChange.State.UNDOING, ManyChange.State.UNDONE)
    moved = change.rows.filter(written__gt=0)
    number = (moved.filter(undone__gt=0) if is_undone else moved).count()
    if not number:
        return
    people: list[User | None] = [*_staff_of(change.receiver)]
    for user in people or [None]:
        address = user.email if user else change.receiver.email
        if address:
            with translation.override(user.language if user else settings.LANGUAGE_CODE):
                _write(change, user, address, number, is_undone=is_undone)


def _write(
    change: ManyChange, user: User | None, address: str, number: int, *, is_undone: bool
) -> None:
    receiver = change.receiver.name if change.receiver else ""
    values = {"site": change.organization.name, "receiver": receiver, "count": number}
    if is_undone:
        subject = _("Doses went back to %(site)s")
        text = ngettext(
            "%(site)s has taken it back: %(count)d dose no longer stands at %(receiver)s.",
            "%(site)s has taken it back: %(count)d doses no longer stand at %(receiver)s.",
            number,
        )
    else:
        subject = _("Doses came to you from %(site)s")
        text = ngettext(
            "By %(site)s’s papers %(receiver)s gave %(count)d dose that stood at the wrong site. It"
            " stands at yours now. Not right? Call them.",
            "By %(site)s’s papers %(receiver)s gave %(count)d doses that stood at the wrong site. They"
            " stand at yours now. Not right? Call them.",
            number,
        )
    page = absolute(reverse("many-doses-one", args=[change.public_id]))
    send(
        purpose="doses.moved",
        channel=Channel.EMAIL,
        recipient=address,
        subject=subject % values,
        text="\n".join([text % values, f"{_('Why:')} {change.why}", page]),
        user_id=user.pk if user else None,
        dedupe_key=f"many:{change.pk}:{number}:{int(is_undone)}:{user.pk if user else 0}",
        may_wait=True,
    )


def _staff_of(site: Organization) -> list[User]:
    """Return who records at the site now and has an e-mail address."""
    staff = Membership.objects.live().in_roles(RECORDING_ROLES).filter(organization=site)
    return list(User.objects.filter(pk__in=staff.can_be_told().values("user")).order_by("pk"))

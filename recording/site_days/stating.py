"""What people write down: how many doses a site gave on a day, and until when all must be entered."""

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import Organization
from recording.models import Deadline, GivenCount
from vaxreg import db_time
from vaxreg.typed.invisible import clean_line

if TYPE_CHECKING:
    from accounts.models import User


def state_given(site: Organization, day: date, doses: int, *, by: "User") -> GivenCount:
    """Store how many doses the site gave on a day, all sessions together, by its own count.

    Again with another number: the newest one holds. Raises ValidationError for a day to come.
    """
    if day > timezone.localdate(db_time.now()):
        raise ValidationError({"day": _("This date is in the future. Please check the date.")})
    return GivenCount.objects.create(
        organization=site, day=day, doses=doses, by=by, at=db_time.now()
    )


def set_deadline(
    due_on: date, given_until: date, source: str, *, binds: Organization, by: "User"
) -> Deadline:
    """Store until when doses given up to a day must be entered, and which dispatch says so.

    binds: everybody below this organization. Raises ValidationError if it stands already.
    """
    deadline = Deadline(
        due_on=due_on,
        given_until=given_until,
        source=clean_line(source),
        binds=binds,
        by=by,
        at=db_time.now(),
    )
    deadline.full_clean()
    deadline.save(force_insert=True)
    return deadline


@transaction.atomic
def withdraw_deadline(deadline: Deadline, *, by: "User") -> None:
    """Take a deadline back as a mistake; the row stays."""
    Deadline.objects.filter(pk=deadline.pk, withdrawn_at=None).update(
        withdrawn_at=db_time.now(), withdrawn_by=by
    )

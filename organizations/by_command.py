"""Acts on staff of whoever runs the server: no rights are asked, event and letter are as always."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from accounts.models import User, VerifiedIdentity
from organizations import staffing
from organizations.journal import ON_COMMAND_LINE, StaffEvent
from organizations.models import Membership, Organization
from vaxreg.typed.birth_dates import BirthDate


@transaction.atomic
def appoint(user: User, organization: Organization, role: str, *, operator: str) -> Membership:
    """Give the user a role from now on. operator: who typed the command, kept as the reason.

    Raises staffing.AccountShut, staffing.WorksThere, and actions.CannotAppoint (closed).
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    staffing.refuse_appointment(user, organization, role)
    is_new = user.last_login is None and not StaffEvent.objects.filter(user=user).exists()
    reason = _reason(operator)
    return staffing.give_role(user, organization, role, by=None, is_new=is_new, reason=reason)


@transaction.atomic
def end(membership: Membership, *, operator: str) -> Membership:
    """End a membership for good. Raises staffing.AlreadyHandled."""
    return staffing.end_for_good(staffing.lock(membership), by=None, reason=_reason(operator))


@transaction.atomic
def verify(
    user: User, *, id_number: str, date_of_birth: BirthDate, phone: str, operator: str
) -> None:
    """Store who the user is, by a paper that the operator saw. Raises identity.NumberTaken."""
    staffing.store_identity(
        user,
        id_number=id_number,
        date_of_birth=date_of_birth,
        phone=phone,
        proven_by=VerifiedIdentity.Proof.COMMAND,
        reason=_reason(operator),
        by=None,
    )


def _reason(operator: str) -> str:
    with override(settings.LANGUAGE_CODE):
        return str(ON_COMMAND_LINE) % {"operator": operator}

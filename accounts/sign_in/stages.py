"""Stages of the staff sign-in, between password and session; nobody is signed in before the last.

django-allauth keeps the unfinished sign-in in the session. Citizens, who sign in by a code, skip
all stages: their session gives access to no staff page.
"""

from allauth.account.internal.stagekit import stash_login
from allauth.account.stages import LoginStage, LoginStageController
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.models import SessionKind, User
from accounts.sign_in import two_factor


class StaffStage(LoginStage):  # type: ignore[misc]
    """A stage with one page; `is_needed` says whether this sign-in must pass it."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Return (response to send or None, whether to continue), as django-allauth requires."""
        if self.login.signal_kwargs["kind"] != SessionKind.STAFF.value or not self.is_needed():
            return None, True
        return HttpResponseRedirect(reverse(self.urlname)), True

    def keep(self) -> None:
        """Store `state` for the next request."""
        stash_login(self.request, self.login)

    def is_needed(self) -> bool:
        """Whether this sign-in must pass this stage."""
        raise NotImplementedError


class SecondFactorStage(StaffStage):
    """A user with a second factor must prove it before anything else."""

    key = "staff_second_factor"
    urlname = "accounts:staff_second_factor"

    def is_needed(self) -> bool:
        return two_factor.is_set_up(self.login.user)


class NewPasswordStage(StaffStage):
    """A password chosen by somebody else must be changed at the first sign-in."""

    key = "staff_new_password"
    urlname = "accounts:staff_new_password"

    def is_needed(self) -> bool:
        return bool(self.login.user.must_change_password)


class SetUpSecondFactorStage(StaffStage):
    """A user without a second factor must set one up."""

    key = "staff_set_up"
    urlname = "accounts:staff_set_up"

    def is_needed(self) -> bool:
        return not two_factor.is_set_up(self.login.user)


class RecoveryCodesStage(StaffStage):
    """New recovery codes are shown once, before the session begins."""

    key = "staff_recovery_codes"
    urlname = "accounts:staff_recovery_codes"

    def is_needed(self) -> bool:
        return two_factor.has_unseen_recovery_codes(self.login.user)


def unfinished_sign_in(request: HttpRequest, stage: type[StaffStage]) -> StaffStage | None:
    """Return the unfinished sign-in of this session if it is at this stage, else None.

    None too for somebody who was suspended, dismissed or signed out everywhere since the password.
    """
    if request.user.is_authenticated:
        return None
    found: StaffStage | None = LoginStageController.enter(request, stage.key)
    if found is None:
        return None
    user: User = found.login.user
    ended = user.sessions_ended_at
    if not user.is_active or user.suspended_at:
        return None
    if ended is not None and ended.timestamp() > found.login.initiated_at:
        return None
    return found

"""What staff pass between their password and a session. Until the last one nobody is signed in.

django-allauth keeps the half-done sign-in in the session. Citizens, who came by phone code, pass
all stages untouched: their session opens no staff page.
"""

from allauth.account.internal.stagekit import stash_login
from allauth.account.stages import LoginStage, LoginStageController
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts import two_factor
from accounts.models import SessionKind


class StaffStage(LoginStage):  # type: ignore[misc]
    """A stage with one page; `is_needed` says whether this sign-in must pass it."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """django-allauth's question: the page to show, if any, and whether to go on."""
        if self.login.signal_kwargs["kind"] != SessionKind.STAFF.value or not self.is_needed():
            return None, True
        return HttpResponseRedirect(reverse(self.urlname)), True

    def keep(self) -> None:
        """Keep what was put into `state` for the next request."""
        stash_login(self.request, self.login)

    def is_needed(self) -> bool:
        """Whether this sign-in must pass this stage."""
        raise NotImplementedError


class SecondFactorStage(StaffStage):
    """Whoever has a second factor proves it before anything else."""

    key = "staff_second_factor"
    urlname = "accounts:staff_second_factor"

    def is_needed(self) -> bool:
        return two_factor.is_set_up(self.login.user)


class NewPasswordStage(StaffStage):
    """A password that somebody else chose is changed at the first sign-in."""

    key = "staff_new_password"
    urlname = "accounts:staff_new_password"

    def is_needed(self) -> bool:
        return bool(self.login.user.must_change_password)


class SetUpSecondFactorStage(StaffStage):
    """Whoever has no second factor yet sets one up now."""

    key = "staff_set_up"
    urlname = "accounts:staff_set_up"

    def is_needed(self) -> bool:
        return not two_factor.is_set_up(self.login.user)


class RecoveryCodesStage(StaffStage):
    """Fresh recovery codes are shown once, before the first session."""

    key = "staff_recovery_codes"
    urlname = "accounts:staff_recovery_codes"

    def is_needed(self) -> bool:
        return two_factor.has_unseen_recovery_codes(self.login.user)


def half_done(request: HttpRequest, stage: type[StaffStage]) -> StaffStage | None:
    """The sign-in of this session, when it has come to exactly this stage; else None."""
    if request.user.is_authenticated:
        return None
    found: StaffStage | None = LoginStageController.enter(request, stage.key)
    return found

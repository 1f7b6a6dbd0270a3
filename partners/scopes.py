"""What a partner app may ask for, and how each scope is said to a citizen.

Two families: scopes of the REST interface (accounts/models.py), and SMART scopes of /fhir/
(accounts/smart_scopes.py).
"""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from oauth2_provider.scopes import BaseScopes

from accounts.models import Scope
from partners.models.apps import PartnerApp

OF_CITIZENS: dict[str, Promise | str] = {
    Scope.READ.value: _("see the record: doses, proposals, certificates, and what is due"),
    Scope.FILE.value: _("make proposals, and take the steps of the one who made them"),
    "patient/Patient.rs": _("see name, date of birth and sex"),
    "patient/Immunization.rs": _("see the doses"),
    "patient/ImmunizationRecommendation.rs": _("see what is due"),
    "patient/Task.rs": _("see the proposals"),
}
OF_SYSTEMS: dict[str, Promise | str] = {
    "system/Immunization.rs": _("read the doses that its organization gave"),
    "system/Immunization.cruds": _("record and change the doses that its organization gave"),
}
EVERY: dict[str, Promise | str] = {**OF_CITIZENS, **OF_SYSTEMS}


class Scopes(BaseScopes):
    """What django-oauth-toolkit asks about scopes."""

    def get_all_scopes(self) -> dict[str, Promise | str]:
        """Return all, with words."""
        return EVERY

    def get_available_scopes(
        self, application: PartnerApp | None = None, request: Any = None, *_: Any, **__: Any
    ) -> list[str]:
        """Return what this app may ask for."""
        return list(application.scopes) if application else list(EVERY)

    def get_default_scopes(
        self, application: PartnerApp | None = None, request: Any = None, *_: Any, **__: Any
    ) -> list[str]:
        """Return what an app gets that names no scope: all that it may ask for."""
        return self.get_available_scopes(application)

"""A partner app: a program of somebody else's, known by name, that asks with tokens of its own."""

import uuid
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication

from accounts.models import PER_MINUTE


class PartnerAppQuerySet(models.QuerySet["PartnerApp"]):
    def live(self) -> Self:
        """Those that may ask now."""
        return self.filter(ended_at=None)

    def get_by_natural_key(self, client_id: str) -> "PartnerApp":
        """As django-oauth-toolkit asks of the manager of applications."""
        return self.get(client_id=client_id)


class PartnerApp(AbstractApplication):
    """An app that citizens may let in, or a system that asks for itself. Ended, never deleted.

    An app for citizens uses the authorization code with PKCE; a system uses client credentials and
    acts as `user`, the account of its organization.
    """

    public_id = models.UUIDField(_("public ID"), default=uuid.uuid4, unique=True, editable=False)
    # Who answers for it: shown to the citizen before they agree.
    run_by = models.CharField(_("run by"), max_length=200)
    website = models.URLField(_("website"), blank=True)
    contact_email = models.EmailField(_("e-mail address of its operators"))
    # What it may ask for at most (partners/scopes.py).
    scopes = ArrayField(models.CharField(max_length=60), verbose_name=_("scopes"), default=list)
    per_minute = models.PositiveSmallIntegerField(
        _("requests in a minute"), default=PER_MINUTE, db_default=PER_MINUTE
    )
    since = models.DateTimeField(_("since"), db_default=Now())
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = PartnerAppQuerySet.as_manager()

    class Meta(AbstractApplication.Meta):
        verbose_name = _("partner app")
        verbose_name_plural = _("partner apps")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    def is_usable(self, request: Any) -> bool:
        """Whether it may ask for tokens; django-oauth-toolkit asks."""
        return self.ended_at is None

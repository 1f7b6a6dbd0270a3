"""The tokens of partner apps, in tables of ours, so that our migrations describe all of them.

Only checksums are stored (COMPLIANT_BCP_RFC9700_TOKEN_STORAGE in the settings).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractDeviceGrant,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
)


class Grant(AbstractGrant):
    """The code that an app changes for tokens within a minute."""

    class Meta(AbstractGrant.Meta):
        verbose_name = _("authorization code")
        verbose_name_plural = _("authorization codes")


class AccessToken(AbstractAccessToken):
    """What an app asks with. It is worth what the consent behind it still allows."""

    # The minute that is counted, and the requests in it.
    minute = models.DateTimeField(_("counted minute"), null=True, blank=True)
    used_in_minute = models.PositiveIntegerField(
        _("requests in this minute"), default=0, db_default=0
    )

    class Meta(AbstractAccessToken.Meta):
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")


class RefreshToken(AbstractRefreshToken):
    """What an app changes for the next access token, once."""

    class Meta(AbstractRefreshToken.Meta):
        verbose_name = _("refresh token")
        verbose_name_plural = _("refresh tokens")


class IDToken(AbstractIDToken):
    """Not used: OpenID Connect is off. The library wants the table."""

    class Meta(AbstractIDToken.Meta):
        verbose_name = _("ID token")
        verbose_name_plural = _("ID tokens")


class DeviceGrant(AbstractDeviceGrant):
    """Not used: no device flow. The library wants the table."""

    class Meta(AbstractDeviceGrant.Meta):
        verbose_name = _("device code")
        verbose_name_plural = _("device codes")

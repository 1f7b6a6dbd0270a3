"""The accounts app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """The accounts app."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from accounts.sign_in.two_factor import renew_encryption
        from vaxreg.encryption import RENEWALS

        RENEWALS["second factors"] = renew_encryption

"""Partner apps are registered, renewed and ended here. The only writer of PartnerApp."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import PER_MINUTE
from partners.models import AccessToken, AppConsent, Grant, PartnerApp, RefreshToken
from partners.scopes import OF_CITIZENS, OF_SYSTEMS
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def register(
    *,
    name: str,
    run_by: str,
    contact_email: str,
    scopes: Collection[str],
    secret: str,
    redirect_uris: Collection[str] = (),
    website: str = "",
    system: "User | None" = None,
    per_minute: int = PER_MINUTE,
    client_id: str = "",
) -> PartnerApp:
    """Return a new app. secret: "" for one on a phone; only its hash is stored.

    system: the account that it acts as when it asks for itself; without one it asks for citizens.
    Raises ValidationError for scopes of the other kind, a name in use, and addresses that are no
    https.
    """
    kinds = OF_SYSTEMS if system else OF_CITIZENS
    if not scopes or not set(scopes) <= set(kinds):
        raise ValidationError(
            _("Choose scopes from: %(scopes)s.") % {"scopes": ", ".join(kinds)}, code="scopes"
        )
    if system and not secret:
        raise ValidationError(_("A system needs a secret."), code="secret")
    if PartnerApp.objects.live().filter(name=name).exists():
        # Citizens know an app by its name alone.
        raise ValidationError(_("Another app has this name."), code="name")
    app = PartnerApp(
        name=name,
        run_by=run_by,
        contact_email=contact_email,
        website=website,
        user=system,
        scopes=sorted(scopes),
        redirect_uris=" ".join(redirect_uris),
        client_type=PartnerApp.CLIENT_CONFIDENTIAL if secret else PartnerApp.CLIENT_PUBLIC,
        client_secret=secret,
        authorization_grant_type=(
            PartnerApp.GRANT_CLIENT_CREDENTIALS if system else PartnerApp.GRANT_AUTHORIZATION_CODE
        ),
        per_minute=per_minute,
        since=db_time.now(),
    )
    if client_id:
        app.client_id = client_id
    app.full_clean()
    app.save()
    return app


def live_app(client_id: str) -> PartnerApp | None:
    """Return the app with this id, if it may still ask."""
    return PartnerApp.objects.live().filter(client_id=client_id).first()


def move(app: PartnerApp, redirect_uris: Collection[str]) -> None:
    """Let consent lead back to these addresses. Raises ValidationError as `register` does."""
    app.redirect_uris = " ".join(redirect_uris)
    app.full_clean()
    app.save(update_fields=["redirect_uris", "updated"])


def renew_secret(app: PartnerApp, secret: str) -> None:
    """Give the app another secret; the one before is worth nothing at once."""
    app.client_secret = secret
    app.save(update_fields=["client_secret", "updated"])


@transaction.atomic
def end(app: PartnerApp) -> None:
    """End an app with its tokens and all that citizens have let it do."""
    now = db_time.now()
    PartnerApp.objects.filter(pk=app.pk, ended_at=None).update(ended_at=now)
    AppConsent.objects.filter(app=app, until=None).update(until=now)
    Grant.objects.filter(application=app).delete()
    AccessToken.objects.filter(application=app).delete()
    RefreshToken.objects.filter(application=app, revoked=None).update(revoked=now)
